using System.Diagnostics;

namespace SwarmCompute.EndToEnd;

/// <summary>However a demo is ended, nothing of it stays.</summary>
public sealed class StopTests : IDisposable
{
    private static readonly TimeSpan StopTimeMax = TimeSpan.FromSeconds(5);
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_swarm_that_is_kept_serves_other_commands_refuses_a_second_demo_and_stops_within_5_s()
    {
        await using var demo = SwarmCli.Start("demo", "--folder", _folder.Path, "--tokens", "16", "--keep");
        await demo.Said("The swarm stays up until Ctrl-C");
        var swarm = _folder.File("run/swarm.json");

        var status = await SwarmCli.Run("status", "--swarm", swarm);
        Assert.True(status.ExitCode == 0, status.Errors);
        Assert.Contains("node node-1", status.Output, StringComparison.Ordinal);
        var order = await SwarmCli.Run("order", "show", "1", "--swarm", swarm);
        Assert.Contains("order 1: Completed on chain", order.Output, StringComparison.Ordinal);
        var chain = await SwarmCli.Run("chain", "verify", "1", "--swarm", swarm);
        Assert.True(chain.ExitCode == 0, chain.Output + chain.Errors);
        Assert.Contains("OrderSettled", chain.Output, StringComparison.Ordinal);
        Assert.Contains("The contract's own state agrees.", chain.Output, StringComparison.Ordinal);
        var fetched = await SwarmCli.Run("report", "fetch", "1", "--swarm", swarm, "--out", _folder.File("fetched.json"));
        Assert.True(fetched.ExitCode == 0, fetched.Errors);
        var verified = await SwarmCli.Run("report", "verify", _folder.File("fetched.json"), "--swarm", swarm);
        Assert.Equal(0, verified.ExitCode);

        var second = await SwarmCli.Run("demo", "--folder", _folder.Path);
        Assert.Equal(1, second.ExitCode);
        Assert.Contains("another demo runs", second.Errors, StringComparison.Ordinal);

        await Stops(demo, Signals.Interrupt);
    }

    [Fact]
    public async Task An_order_lives_on_the_command_line_too()
    {
        await using var demo = SwarmCli.Start("demo", "--folder", _folder.Path, "--tokens", "16", "--keep");
        await demo.Said("The swarm stays up until Ctrl-C");
        var swarm = _folder.File("run/swarm.json");
        var model = Directory.GetFiles(Path.Combine(SwarmCli.Root, "models"), "*.gguf").Order(StringComparer.Ordinal).First();
        var key = _folder.Write("customer.key", "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"u8);

        await Succeeds("manifest", "--model", model, "--assets", _folder.File("assets"), "--root", _folder.File("run/authority/root.cer"), "--stages", "2", "--context", "256", "--out", _folder.File("manifest.json"));
        var placed = await Succeeds("order", "place", "--swarm", swarm, "--manifest", _folder.File("manifest.json"), "--key-file", key, "--deposit", "1000000", "--unit-price", "1000");
        Assert.Contains("order 2 placed", placed, StringComparison.Ordinal);
        var small = await SwarmCli.Run("order", "place", "--swarm", swarm, "--manifest", _folder.File("manifest.json"), "--key-file", key, "--deposit", "1", "--unit-price", "1000");
        Assert.Equal(1, small.ExitCode);
        Assert.Contains("deposit", small.Errors, StringComparison.OrdinalIgnoreCase);
        Assert.NotEmpty((await Succeeds("chat", "2", "--swarm", swarm, "--prompt", "Once", "--tokens", "12")).Trim());
        var accepting = _folder.Write("accepting.json", """{"types":["development"]}"""u8);
        Assert.NotEmpty((await Succeeds("chat", "2", "--swarm", swarm, "--prompt", "Once", "--tokens", "4", "--policy", accepting)).Trim());
        await SwarmCli.Refused("the head gets no prompt. Rejected for its TEE type", "chat", "2", "--swarm", swarm, "--prompt", "Once", "--tokens", "4", "--policy", _folder.Write("strict.json", "{}"u8));
        await Succeeds("order", "close", "2", "--swarm", swarm, "--key-file", key);

        await Stops(demo, Signals.Terminate);
    }

    [Theory]
    [InlineData("Starting three silos")]
    [InlineData("Placing the order")]
    public async Task Ctrl_C_in_the_middle_stops_everything_within_5_s(string when)
    {
        await using var demo = SwarmCli.Start("demo", "--folder", _folder.Path);
        await demo.Said(when);
        await Stops(demo, Signals.Interrupt);
    }

    [Fact]
    public async Task A_demo_that_is_killed_takes_everything_with_it()
    {
        await using var demo = SwarmCli.Start("demo", "--folder", _folder.Path, "--tokens", "16", "--keep");
        await demo.Said("The swarm stays up until Ctrl-C");
        Assert.True(demo.Left().Count > 4);
        demo.Signal(Signals.Kill);
        var patience = Stopwatch.StartNew();
        while (demo.Left().Count > 0 && patience.Elapsed < 2 * StopTimeMax) await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.Empty(demo.Left());
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<string> Succeeds(params IEnumerable<string> arguments)
    {
        var (exitCode, output, errors) = await SwarmCli.Run(arguments);
        Assert.True(exitCode == 0, errors);
        return output;
    }

    private async Task Stops(SwarmCli demo, Signals signal)
    {
        var patience = Stopwatch.StartNew();
        demo.Signal(signal);
        Assert.Equal(130, await demo.Exit());
        Assert.InRange(patience.Elapsed, TimeSpan.Zero, StopTimeMax);
        Assert.Empty(demo.Left());
        Assert.False(Directory.Exists(_folder.File("run")), "keys and state are left behind");
    }
}
