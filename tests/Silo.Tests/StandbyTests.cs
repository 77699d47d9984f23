using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using SwarmCompute.Silo.Tests.Support;

namespace SwarmCompute.Silo.Tests;

/// <summary>Standbys on real silos, a real chain and real processes; only the guests' inference is played.</summary>
[Collection("real silos")]        // one at a time
public sealed class StandbyTests(DevelopmentChain chain) : IAsyncDisposable
{
    private readonly TestSwarm _swarm = TestSwarm.Start(chain);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _swarm.DisposeAsync();

    [Fact]
    public async Task A_standby_takes_the_slot_of_a_killed_guest_and_another_is_prepared()
    {
        var silos = await _swarm.LaunchCluster(3, Cancel);
        await using var order = await TestOrder.Place(_swarm, silos[0], Cancel, standby: true);
        var before = await Followed(silos[0], order);
        var standby = before["standbys"]![0]!;
        Assert.NotEqual((string?)before["leases"]![1]!["node"], (string?)standby["node"]);
        using (var guest = Process.GetProcessById((int)before["leases"]![1]!["pid"]!)) guest.Kill();
        var after = await silos[0].WaitFor(order.Path, o => (string?)o["status"] == "Running" && (uint)o["leases"]![1]!["epoch"]! == (uint)standby["epoch"]!
            && o["standbys"]!.AsArray() is [{ } next] && (uint)next["epoch"]! > (uint)standby["epoch"]! && (int?)next["lag"] == 0, Cancel);
        Assert.Equal((string?)standby["node"], (string?)after["leases"]![1]!["node"]);
        Assert.Equal((uint)before["leases"]![0]!["epoch"]!, (uint)after["leases"]![0]!["epoch"]!);
    }

    [Fact]
    public async Task A_provider_drains_its_node_and_the_stage_there_is_handed_over_while_it_runs()
    {
        var silos = await _swarm.LaunchCluster(3, Cancel);
        await using var order = await TestOrder.Place(_swarm, silos[0], Cancel);
        var before = await order.WaitUntilRunning(silos[0], Cancel);
        var node = (string)before["leases"]![1]!["node"]!;
        var number = int.Parse(node["node-".Length..], System.Globalization.CultureInfo.InvariantCulture);
        var (swarm, own, other) = (_swarm.WriteSwarmFile(silos[0]), Key(number), Key((number % 3) + 1));

        var refused = await SwarmCli.RunUntilAnswered(Cancel, "node", "drain", node, "--swarm", swarm, "--key-file", other);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains($"the provider of {node} is", refused.Errors, StringComparison.Ordinal);
        var drained = await SwarmCli.RunUntilAnswered(Cancel, "node", "drain", node, "--reason", "maintenance", "--swarm", swarm, "--key-file", own);
        Assert.True(drained.ExitCode == 0, drained.Errors);
        var after = await silos[0].WaitFor(order.Path, o => (string?)o["status"] == "Running" && (string?)o["leases"]![1]!["node"] != node, Cancel);
        var lost = Assert.Single(after["lost"]!.AsArray(), l => (int)l!["slot"]! == 1);
        Assert.Equal($"handed over to epoch {after["leases"]![1]!["epoch"]}: {node} is Draining: maintenance", (string?)lost!["reason"]);
        await silos[number % 3].WaitFor("/v1/swarm", s => s["nodes"]!.AsArray().Any(n => (string?)n!["id"] == node && (string?)n["status"] == "Left"), Cancel);
    }

    private static Task<JsonNode> Followed(SiloRun silo, TestOrder order) =>
        silo.WaitFor(order.Path, o => (string?)o["status"] == "Running" && o["standbys"]!.AsArray() is [{ } standby] && (int?)standby["lag"] == 0, Cancel);

    private string Key(int number) => _swarm.Write($"{number}.key", Encoding.ASCII.GetBytes(Keys.Of(number)));
}
