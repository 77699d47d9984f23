using CsCheck;
using SwarmCompute.Trainer.Tales;
using SwarmCompute.Trainer.Tokens;
using Xunit;

namespace SwarmCompute.Trainer.Tests;

public sealed class VocabularyTests
{
    private static readonly Vocabulary Learned = VocabularyTrainer.Train(Enumerable.Range(0, 100).Select(i => new TaleTeller(1).Tell(i)), 600);

    [Fact]
    public void Any_text_comes_back() => Gen.String[Gen.Char.AlphaNumeric, 0, 40].Sample(text => Assert.Equal(text, Learned.Decode(Learned.Encode(text))));

    [Theory]
    [InlineData("  two  spaces\n\n and lines \n")]
    [InlineData("it's 42 o'clock, isn't it?")]
    [InlineData("Grüße, 世界 and 🐝!")]
    public void Unusual_text_comes_back(string text) => Assert.Equal(text, Learned.Decode(Learned.Encode(text)));

    [Fact]
    public void Bytes_are_shown_as_gpt2_shows_them() => Assert.Equal("ĠaĊÃ©", BytePieces.Show(" a\né"u8));

    [Fact]
    public void Words_are_cut_as_gpt2_cuts_them() =>
        Assert.Equal(["It", "'s", "Ġ", "Ġa", "Ġtest", ",", "Ġ12", "!"], BytePieces.Split("It's  a test, 12!"));

    [Fact]
    public void The_most_frequent_pair_is_merged_first() =>
        Assert.Equal(("a", "b"), VocabularyTrainer.Train(["ab ab ab cd cd"], 259).Merges.Single());

    [Fact]
    public void Learning_ends_when_no_pair_occurs_twice() => Assert.Equal(258, VocabularyTrainer.Train(["abcdef"], 1_000).Tokens.Length);

    [Fact]
    public void No_two_tokens_are_written_alike() => Assert.Equal(Learned.Tokens.Length, Learned.Tokens.Distinct().Count());

    [Fact]
    public void Frequent_words_become_one_token() => Assert.Single(Learned.Encode(" the"));
}
