using System.Collections.Immutable;
using System.Text;
using CsCheck;
using Xunit;

namespace SwarmCompute.Inference.Tests.OpenAi;

public sealed class TextAssemblerTests
{
    private static readonly Gen<string> Texts = Gen.Char["abc é€😀x"].Array[0, 40].Select(chars => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(new string(chars))));

    [Fact]
    public void A_text_that_is_cut_into_bytes_anywhere_comes_out_whole() => Texts.Sample(text =>
    {
        var assembler = new TextAssembler(new ByteTokenizer(), []);
        Assert.Equal(text, All(assembler, text));
    });

    [Fact]
    public void Text_ends_before_the_first_stop_string_wherever_the_tokens_cut_it() =>
        Gen.Select(Texts, Gen.Char["abc é"].Array[1, 4].Select(c => new string(c)).Array[1, 3]).Sample((text, stops) =>
        {
            var assembler = new TextAssembler(new ByteTokenizer(), [.. stops]);
            // Letter by letter: the first at which a stop string ends, and then the longest that does.
            var ends = Enumerable.Range(1, text.Length).FirstOrDefault(end => stops.Any(s => text[..end].EndsWith(s, StringComparison.Ordinal)), -1);
            var first = ends < 0 ? -1 : ends - stops.Where(s => text[..ends].EndsWith(s, StringComparison.Ordinal)).Max(s => s.Length);
            Assert.Equal(first < 0 ? text : text[..first], All(assembler, text));
            Assert.Equal(first >= 0, assembler.IsStopped);
        });

    [Fact]
    public void A_stop_string_inside_a_longer_one_ends_the_answer_as_soon_as_it_is_complete()
    {
        var assembler = new TextAssembler(new ByteTokenizer(), ["a", "caa"]);
        Assert.Equal("xc", All(assembler, "xcaa"));
    }

    [Fact]
    public void What_may_begin_a_stop_string_is_held_back_until_that_is_decided()
    {
        var assembler = new TextAssembler(new ByteTokenizer(), ["abcd"]);
        Assert.Equal(["x", "", "", "abx"], "xabx".Select(c => assembler.Add(c)));
        Assert.Equal(["", "", "", ""], "abcd".Select(c => assembler.Add(c)));
        Assert.Equal((true, "", ""), (assembler.IsStopped, assembler.Add('x'), assembler.End()));
    }

    [Fact]
    public void An_incomplete_character_is_held_back_and_marked_if_it_never_completes()
    {
        var assembler = new TextAssembler(new ByteTokenizer(), []);
        Assert.Equal(["", "é", ""], new[] { 0xC3, 0xA9, 0xC3 }.Select(assembler.Add));
        Assert.Equal("\uFFFD", assembler.End());
    }

    private static string All(TextAssembler assembler, string text) =>
        string.Concat(Encoding.UTF8.GetBytes(text).Select(b => assembler.Add(b))) + assembler.End();

    private sealed class ByteTokenizer : ITokenizer
    {
        public int VocabularySize => 256;

        public ImmutableArray<int> EndTokens => [];

        public ImmutableArray<int> Encode(string text, bool addSpecial) => [.. Encoding.UTF8.GetBytes(text).Select(b => (int)b)];

        public byte[] Decode(int token) => [(byte)token];

        public string ApplyChatTemplate(IReadOnlyList<ChatTurn> turns) => "";

        public void Dispose() { /* holds nothing */ }
    }
}
