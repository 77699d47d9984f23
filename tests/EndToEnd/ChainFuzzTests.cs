using System.Text.Json;

namespace SwarmCompute.EndToEnd;

/// <summary>A real silo under a chain that is reorganized at random, behind endpoints that lie: it says of every order what the contract says.</summary>
public sealed class ChainFuzzTests : IDisposable
{
    private const int Steps = 600;
    private const int MutantsSteps = 200;                    // it is found long before

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task No_reorg_no_fault_and_no_kill_makes_a_silo_differ_from_the_contract(int seed)
    {
        var (exitCode, output, errors) = await Fuzz(seed, Steps);
        Assert.True(exitCode == 0, output + errors);
        using var json = JsonDocument.Parse(output.Trim().Split('\n')[^1]);
        Assert.Equal(Steps, json.RootElement.GetProperty("steps").GetInt32());
        Assert.Equal(0, json.RootElement.GetProperty("divergences").GetInt32());
        Assert.Equal(3, json.RootElement.GetProperty("kills").GetInt32());
        Assert.True(json.RootElement.GetProperty("reorgs").GetInt32() > Steps / 10);
        Assert.True(json.RootElement.GetProperty("comparisons").GetInt32() > Steps);
        Assert.True(json.RootElement.GetProperty("faults").GetInt32() > 0);
    }

    [Fact]
    public async Task A_follower_that_takes_a_number_for_a_block_is_found_out()
    {
        var (exitCode, output, errors) = await Fuzz(seed: 1, MutantsSteps, "--mutant", "number-only");
        Assert.Equal(1, exitCode);
        using var json = JsonDocument.Parse(output.Trim().Split('\n')[^1]);
        Assert.True(json.RootElement.GetProperty("divergences").GetInt32() > 0, errors);
        Assert.StartsWith("step ", json.RootElement.GetProperty("first").GetString(), StringComparison.Ordinal);
        Assert.Equal("number-only", json.RootElement.GetProperty("mutant").GetString());
    }

    public void Dispose() => _folder.Dispose();

    private Task<(int ExitCode, string Output, string Errors)> Fuzz(int seed, int steps, params string[] more) =>
        SwarmCli.Run(["chain", "fuzz", "--json", "--seed", $"{seed}", "--steps", $"{steps}", "--folder", _folder.File($"fuzz-{seed}"), .. more]);
}
