using SwarmCompute.Trainer.Tales;
using Xunit;

namespace SwarmCompute.Trainer.Tests;

public sealed class TaleTests
{
    [Fact]
    public void A_tale_is_the_same_for_the_same_seed_and_number()
    {
        Assert.Equal(new TaleTeller(5).Tell(17), new TaleTeller(5).Tell(17));
        Assert.NotEqual(new TaleTeller(5).Tell(17), new TaleTeller(6).Tell(17));
    }

    [Fact]
    public void Tales_are_whole_sentences_without_marks_of_the_template()
    {
        var teller = new TaleTeller(1);
        foreach (var tale in Enumerable.Range(0, 4_000).Select(i => teller.Tell(i)))
        {
            Assert.DoesNotContain(tale, c => "[]{}|".Contains(c, StringComparison.Ordinal));
            Assert.Equal(0, tale.Count(c => c == '"') % 2);
            Assert.Contains(tale[^1], ".!?\"");
            Assert.DoesNotContain("  ", tale, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Nearly_every_tale_is_new()
    {
        var teller = new TaleTeller(1);
        Assert.True(Enumerable.Range(0, 2_000).Select(i => teller.Tell(i)).Distinct().Count() > 1_900);
    }

    [Theory]
    [InlineData("{H} saw {a thing}.", "Tom saw an owl.")]
    [InlineData("[only|only] {h}", "only Tom")]
    [InlineData("[a[b|b]|a[b|b]]c[|]", "abc")]
    [InlineData("\"Who?,\" [|] {h} asked", "\"Who?\" Tom asked")]
    public void A_template_expands(string template, string text) => Assert.Equal(text, Expand(template));

    [Theory]
    [InlineData("{nobody}")]
    [InlineData("[open")]
    [InlineData("{open")]
    [InlineData("closed]")]
    public void A_faulty_template_is_refused(string template) => Assert.Throws<FormatException>(() => Expand(template));

    private static string Expand(string template) =>
        new Template(new Dictionary<string, string> { ["h"] = "Tom", ["thing"] = "owl" }, new Random(1)).Expand(template);
}
