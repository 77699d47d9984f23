using SwarmCompute.Trainer.Gguf;
using SwarmCompute.Trainer.Model;
using SwarmCompute.Trainer.Tokens;
using Xunit;

namespace SwarmCompute.Trainer.Tests;

public sealed class BundledModelTests
{
    private const long BytesMax = 20_000_000;

    [Fact]
    public void It_is_small_enough_to_clone() => Assert.InRange(new FileInfo(ModelFile()).Length, 1, BytesMax);

    [Fact]
    public void It_can_be_cut_into_three_stages_of_two_layers()
    {
        var (weights, vocabulary) = TaleFile.Load(ModelFile());
        using (weights)
        {
            Assert.True(weights.Shape.Layers >= 6);
            Assert.Equal(weights.Shape.Vocabulary, vocabulary.Tokens.Length);
        }
    }

    [Theory]
    [InlineData("Once upon a time")]
    [InlineData("USER: Tell me a story about a fox.\nASSISTANT:")]
    public void It_tells_a_tale_in_words_and_sentences(string prompt)
    {
        var words = Tell(prompt).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        Assert.True(words.Length >= 40, string.Join(' ', words));
        Assert.True(words.Count(w => w[^1] is '.' or '"') >= 4, string.Join(' ', words));
        Assert.True(words.Distinct().Count() >= words.Length / 3, string.Join(' ', words));
    }

    private static string Tell(string prompt)
    {
        var (weights, vocabulary) = TaleFile.Load(ModelFile());
        using (weights)
        using (var pass = new TalePass(weights, 1, withGradients: false))
            return vocabulary.Decode(GreedyWriter.Continue(pass, weights.Shape, [Vocabulary.Begin, .. vocabulary.Encode(prompt)], 80, Vocabulary.End));
    }

    private static string ModelFile()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "SwarmCompute.sln"))) folder = folder.Parent;
        Assert.NotNull(folder);
        return Path.Combine(folder.FullName, "models", "swarm-tales.gguf");
    }
}
