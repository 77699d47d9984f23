using System.Diagnostics;
using System.Text.Json;
using SwarmCompute.Chain.Tests.Support;
using SwarmCompute.TestKit;

namespace SwarmCompute.Chain.Tests;

/// <summary>The contracts' own tests, in contracts/test: unit, fuzz and invariants.</summary>
public sealed class ContractSuiteTests
{
    [Fact]
    public async Task The_contracts_own_tests_pass()
    {
        using var folder = new TemporaryFolder();
        // Compiled from nothing beside the build's own output: forge 1.7.1 was seen to lose test files after a failed incremental compilation.
        var (output, _) = await Forge("test", "--json", "--force", "--out", Path.Combine(folder.Path, "out"), "--cache-path", Path.Combine(folder.Path, "cache"));
        var suites = JsonDocument.Parse(output[output.IndexOf('{')..]).RootElement.EnumerateObject().ToArray();
        var tests = suites.SelectMany(suite => suite.Value.GetProperty("test_results").EnumerateObject()).ToArray();

        Assert.Equal(["EscrowVault", "OrderBook", "OrderBookInvariant"], suites.Select(s => Path.GetFileName(s.Name.Split(':')[0])[..^6]).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(tests, test => test.Value.GetProperty("status").GetString() != "Success");
        Assert.InRange(tests.Length, 50, 1000);
    }

    [Fact]
    public async Task The_contracts_are_formatted()
    {
        var (output, code) = await Forge("fmt", "--check");
        Assert.True(code == 0, $"Run contracts/forge fmt: {output}");
    }

    private static async Task<(string Output, int Code)> Forge(params string[] arguments)
    {
        using var forge = Process.Start(new ProcessStartInfo(Repository.PathOf("contracts", "forge"), arguments) { RedirectStandardOutput = true })!;
        var output = await forge.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await forge.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (output, forge.ExitCode);
    }
}
