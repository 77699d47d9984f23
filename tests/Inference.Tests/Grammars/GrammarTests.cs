using System.Collections.Immutable;
using System.Text;
using CsCheck;

namespace SwarmCompute.Inference.Tests.Grammars;

public sealed class GrammarTests
{
    private const string Letters = """root ::= "a" [b-d]+ ("x" | "yé" # both end it""" + "\n  | \"z\"{2,3})? [^a-z\\n]* \n";

    [Theory]
    [InlineData("ab", true), InlineData("abcdx", true), InlineData("abyé", true), InlineData("abzz", true), InlineData("abzzz!☃", true)]
    [InlineData("a", false), InlineData("abz", false), InlineData("abzzzz", false), InlineData("ba", false), InlineData("abé", true), InlineData("abxx", false)]
    public void A_text_fits_where_the_rules_say_so(string text, bool fits) => Assert.Equal(fits, Fits(Letters, text));

    [Theory]
    [InlineData("root ::= ", "")]
    [InlineData("root ::= (\"a\"?){0,3} \"\" ", "aa")]
    [InlineData("root::=a\r\na ::= \"\\x41\\u0042\\U0001D11E\\n\\\"\\\\\" . [\\]\\-]", "AB\U0001D11E\n\"\\?]")]
    [InlineData("root ::= (\" w\" [0-9]? [0-9]? [02468])+", " w500 w4 w88")]
    [InlineData("# first\n\nroot ::= [-a] [a-] [^]\n", "-a]")]
    public void The_forms_of_gbnf_are_read(string grammar, string text) => Assert.True(Fits(grammar, text));

    [Theory]
    [InlineData("", "no rule 'root'"), InlineData("a ::= \"b\"", "no rule 'root'"), InlineData("root ::= a", "'a' is used and not defined")]
    [InlineData("root = \"a\"", "line 1, column 6: '::=' is expected"), InlineData("root ::= \"a", "ends within a string")]
    [InlineData("root ::= (\"a\"", "')' is expected"), InlineData("root ::= *", "nothing to repeat"), InlineData("root ::= \"a\"{3,2}", "less than its minimum")]
    [InlineData("root ::= \"a\"{2001}", "0 to 2000"), InlineData("root ::= \"a\"{1000}{1000}", "too large"), InlineData("root ::= <think>", "token references")]
    [InlineData("root ::= \"\\q\"", "unknown escape"), InlineData("root ::= \"\\xg0\"", "hexadecimal"), InlineData("root ::= [b-a]", "upside down")]
    [InlineData("root ::= root \"a\" | \"b\"", "left-recursive"), InlineData("root ::= a root \"z\" | \"x\"\na ::= b\nb ::= \"y\" | ", "left-recursive")]
    [InlineData("root ::= \"a\"\nroot ::= \"b\"", "defined twice"), InlineData("root ::= \"a\" ]", "end of the line")]
    public void A_grammar_that_cannot_be_followed_is_refused_with_the_reason(string grammar, string reason) =>
        Assert.Contains(reason, Assert.Throws<GrammarException>(() => Grammar.Parse(grammar)).Message, StringComparison.Ordinal);

    [Fact]
    public void What_is_too_deep_or_too_long_is_refused()
    {
        Assert.Throws<GrammarException>(() => Grammar.Parse("root ::= " + new string('(', 1000) + "\"a\"" + new string(')', 1000)));
        Assert.Throws<GrammarException>(() => Grammar.Parse("root ::= " + new string(' ', Grammar.TextMax)));
        Assert.Throws<GrammarException>(() => Grammar.Parse("root ::= " + string.Concat(Enumerable.Repeat("[a-z]{2000} ", 40))));
    }

    [Fact]
    public void A_grammar_that_can_be_read_in_ever_more_ways_is_given_up()
    {
        var state = GrammarState.Begin(Grammar.Parse("root ::= \"a\" root \"b\" | \"a\" root \"c\" | \"\""));
        Assert.Contains("too ambiguous", Assert.Throws<GrammarException>(() => state.After(Encoding.UTF8.GetBytes(new string('a', 100)), new())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_nested_without_end_stops_fitting()
    {
        var state = GrammarState.Begin(Grammar.Parse("root ::= \"[\" root? \"]\""));
        Assert.NotNull(state.After(Encoding.UTF8.GetBytes(new string('[', 400)), new()));
        Assert.Null(state.After(Encoding.UTF8.GetBytes(new string('[', 5000)), new()));
    }

    [Fact]
    public void Any_text_is_either_a_grammar_or_refused_and_never_anything_else() =>
        Gen.Char["root:=\"[]()*+?{},0129|ab.^-\\xU#\n <!"].Array[0, 60].Select(c => new string(c)).Sample(text =>
        {
            foreach (var grammar in new[] { text, "root ::= " + text })
            {
                try
                {
                    GrammarState.Begin(Grammar.Parse(grammar)).After("aab"u8, new());
                }
                catch (GrammarException fault)
                {
                    Assert.NotEmpty(fault.Message);
                }
            }
        }, iter: 20_000);

    [Fact]
    public void Bytes_cut_anywhere_fit_as_the_whole_text_does() =>
        Gen.Select(Gen.Char["abxyzé☃"].Array[0, 8].Select(c => new string(c)), Gen.Int[0, 30]).Sample((text, cut) =>
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            cut = Math.Min(cut, bytes.Length);
            var begin = GrammarState.Begin(Grammar.Parse(Letters));
            Assert.Equal(begin.After(bytes, new())?.MayEnd, begin.After(bytes.AsSpan(0, cut), new())?.After(bytes.AsSpan(cut), new())?.MayEnd);
        });

    [Fact]
    public void Bytes_that_are_no_text_never_fit_anything() =>
        Gen.Byte.Array[1, 6].Sample(bytes =>
        {
            var state = GrammarState.Begin(Grammar.Parse("root ::= .*")).After(bytes, new());
            Assert.Equal(IsText(bytes), state is { MayEnd: true });
        }, iter: 20_000);

    private static bool IsText(byte[] bytes) => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes)).AsSpan().SequenceEqual(bytes) && !Encoding.UTF8.GetString(bytes).Contains('\uFFFD')
        || System.Text.Unicode.Utf8.IsValid(bytes);

    private static bool Fits(string grammar, string text) =>
        GrammarState.Begin(Grammar.Parse(grammar)).After(Encoding.UTF8.GetBytes(text), new()) is { MayEnd: true };
}
