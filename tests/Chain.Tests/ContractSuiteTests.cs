using System.Diagnostics;
using System.Text.Json;
using SwarmCompute.Chain.Tests.Support;
using SwarmCompute.TestKit;

namespace SwarmCompute.Chain.Tests;

/// <summary>The contracts' own tests, in contracts/test: unit, fuzz, invariants and gas; and that they find bugs which are planted.</summary>
public sealed class ContractSuiteTests
{
    private static readonly string[] Suites =
    [
        "DisputeCourt", "EscrowVault", "Gas", "MeasurementRegistry", "OfferBook", "OrderCallback", "OrderLeases", "OrderMoney", "OrderPlacing", "OrderUsage",
        "ProviderRegistry", "ReportLog", "SubOrders", "SwarmInvariant", "TokenRegistry",
    ];

    private static readonly string[] Contracts =
        ["DisputeCourt", "EscrowVault", "MeasurementRegistry", "OfferBook", "OrderBook", "OrderRules", "ProviderRegistry", "ReportLog", "TokenRegistry"];

    /// <summary>The most bytes of a contract's code; the chain's own limit is 24,576.</summary>
    private const int RuntimeBytesMax = 20_000;

    [Fact]
    public async Task The_contracts_own_tests_pass()
    {
        using var folder = new TemporaryFolder();
        var output = Path.Combine(folder.Path, "out");
        // Compiled from nothing beside the build's own output: forge 1.7.1 was seen to lose test files after a failed incremental compilation.
        var (json, _) = await Forge(Repository.PathOf("contracts", "forge"), "test", "--json", "--force", "--out", output, "--cache-path", Path.Combine(folder.Path, "cache"));
        var suites = ResultsOf(json);
        var tests = suites.SelectMany(suite => suite.Value.GetProperty("test_results").EnumerateObject()).ToArray();

        Assert.Equal(Suites, suites.Select(s => Path.GetFileName(s.Name.Split(':')[0])[..^6]).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(tests, test => test.Value.GetProperty("status").GetString() != "Success");
        Assert.InRange(tests.Length, 140, 1000);
        foreach (var contract in Contracts)
        {
            Assert.InRange(await RuntimeBytes(Path.Combine(output, $"{contract}.sol", $"{contract}.json")), 1, RuntimeBytesMax);
        }
    }

    [Fact]
    public async Task The_suite_catches_each_planted_bug()
    {
        var bugs = Directory.GetFiles(Repository.PathOf("contracts", "test", "mutants"), "*.txt").Select(PlantedBug.Read).ToArray();
        Assert.InRange(bugs.Length, 8, 30);
        await Parallel.ForEachAsync(bugs, new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = TestContext.Current.CancellationToken }, async (bug, _) =>
        {
            using var folder = new TemporaryFolder();
            bug.Plant(folder.Path);
            var (json, _) = await Forge(Path.Combine(folder.Path, "contracts", "forge"), "test", "--json");
            // No results at all would mean that it did not compile.
            var failures = ResultsOf(json).SelectMany(suite => suite.Value.GetProperty("test_results").EnumerateObject())
                .Where(test => test.Value.GetProperty("status").GetString() == "Failure").ToArray();
            Assert.True(failures.Length > 0, $"Nothing in {bug.Suite} fails with the bug {bug.Name}.");
        });
    }

    [Fact]
    public async Task The_contracts_are_formatted()
    {
        var (output, code) = await Forge(Repository.PathOf("contracts", "forge"), "fmt", "--check");
        Assert.True(code == 0, $"Run contracts/forge fmt: {output}");
    }

    [Fact]
    public async Task Lint_finds_nothing_in_the_contracts()
    {
        var (output, code) = await Forge(Repository.PathOf("contracts", "forge"), "lint", "--json");
        Assert.True(code == 0 && output.Trim().Length == 0, $"Run contracts/forge lint: {output}");
    }

    private static JsonProperty[] ResultsOf(string output)
    {
        var start = output.IndexOf('{', StringComparison.Ordinal);
        Assert.True(start >= 0, $"forge gave no results: {output}");
        return [.. JsonDocument.Parse(output[start..]).RootElement.EnumerateObject()];
    }

    private static async Task<int> RuntimeBytes(string artifact)
    {
        using var document = JsonDocument.Parse(await File.ReadAllTextAsync(artifact, TestContext.Current.CancellationToken));
        return (document.RootElement.GetProperty("deployedBytecode").GetProperty("object").GetString()!.Length - 2) / 2;
    }

    private static async Task<(string Output, int Code)> Forge(string forge, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(forge, arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (output, process.ExitCode);
    }
}
