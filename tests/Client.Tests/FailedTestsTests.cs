using System.Text;
using SwarmCompute.Client.Testing;

namespace SwarmCompute.Client.Tests;

public sealed class FailedTestsTests
{
    [Fact]
    public void Every_test_that_did_not_pass_is_named_with_the_first_line_of_its_message() =>
        Assert.Equal(["A.Two: it broke", "A.Three"], FailedTests.ReadCtrf(Encoding.UTF8.GetBytes("""
            { "results": { "tests": [
                { "name": "A.One", "status": "passed" },
                { "name": "A.Two", "status": "failed", "message": "it broke\nat line 5" },
                { "name": "A.Three", "status": "skipped" } ] } }
            """)));

    [Fact]
    public void A_report_without_tests_names_none() => Assert.Empty(FailedTests.ReadCtrf("{}"u8.ToArray()));
}
