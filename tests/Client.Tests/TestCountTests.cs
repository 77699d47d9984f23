using System.Text;
using System.Text.Json;
using SwarmCompute.Client.Testing;

namespace SwarmCompute.Client.Tests;

public sealed class TestCountTests
{
    [Theory]
    [InlineData(5, 5, 5, 0)]
    [InlineData(5, 3, 3, 2)]
    [InlineData(0, 0, 0, 1)]
    public void What_did_not_pass_failed_and_nothing_run_is_a_failure(int tests, int passed, int countedPassed, int countedFailed) =>
        Assert.Equal(new TestCount(countedPassed, countedFailed), TestCount.ReadCtrf(Encoding.UTF8.GetBytes($$"""{ "results": { "summary": { "tests": {{tests}}, "passed": {{passed}} } } }""")));

    [Fact]
    public void A_report_without_a_summary_is_refused() => Assert.Throws<JsonException>(() => TestCount.ReadCtrf("{}"u8.ToArray()));
}
