using System.Text.Json.Nodes;
using SwarmCompute.Attestation;
using SwarmCompute.Silo.Tests.Support;
using SwarmCompute.TestKit;

namespace SwarmCompute.Silo.Tests;

/// <summary>Real silo processes, TLS between them, and real kills.</summary>
[Collection("real silos")]        // one at a time
public sealed class ClusterTests(DevelopmentChain chain) : IAsyncDisposable
{
    private readonly TestSwarm _swarm = TestSwarm.Start(chain);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _swarm.DisposeAsync();

    [Fact]
    public async Task Three_silos_find_each_other_and_lose_one_that_is_killed()
    {
        var silos = await _swarm.LaunchCluster(3, Cancel);
        foreach (var silo in silos) await silo.WaitFor("/v1/swarm", s => Active(s) == 3, Cancel);
        silos[0].Kill();
        foreach (var silo in silos[1..])
        {
            await silo.WaitFor("/v1/swarm", s => Active(s) == 2 && s["silos"]!.AsArray().Any(m => (string?)m!["node"] == "node-1" && (string?)m["status"] == "Dead"), Cancel);
            using var health = await silo.Get("/healthz", Cancel);
            Assert.True(health.IsSuccessStatusCode);
        }
    }

    [Fact]
    public async Task A_silo_of_another_authority_does_not_get_in()
    {
        var inside = (await _swarm.LaunchCluster(1, Cancel))[0];
        using var other = CertificateAuthority.Create(TimeProvider.System);
        var outside = _swarm.Launch(_swarm.Configure("node-9", 2, other));
        while (!inside.LogText.Contains("No link with", StringComparison.Ordinal)) await Task.Delay(50, Cancel);
        var swarm = await inside.WaitFor("/v1/swarm", _ => true, Cancel);
        Assert.DoesNotContain(swarm["silos"]!.AsArray(), m => (string?)m!["node"] == "node-9" && (string?)m["status"] == "Active");
        outside.Kill();
    }

    [Fact]
    public async Task A_silo_whose_input_ends_leaves_in_order()
    {
        var silos = await _swarm.LaunchCluster(2, Cancel);
        await silos[0].WaitFor("/v1/swarm", s => Active(s) == 2 && Ready(s) == 2, Cancel);
        silos[1].CloseInput();
        Assert.Equal(0, await silos[1].WaitForExit(Cancel));
        await silos[0].WaitFor("/v1/swarm", s => Active(s) == 1 && s["nodes"]!.AsArray().Any(n => (string?)n!["id"] == "node-2" && (string?)n["status"] == "Left"), Cancel);
    }

    [Fact]
    public async Task Under_a_service_manager_only_the_signal_ends_a_silo()
    {
        var silo = _swarm.Launch(_swarm.Configure("node-1"), withoutInput: true);
        await silo.WaitUntilReady(Cancel);
        await silo.WaitFor("/v1/swarm", s => Ready(s) == 1, Cancel);
        await Signal.Send("TERM", silo.ProcessId, Cancel);
        Assert.Equal(0, await silo.WaitForExit(Cancel));
    }

    [Fact]
    public async Task Nodes_say_what_they_have_and_learn_how_far_apart_they_are()
    {
        var configuration = _swarm.Configure("node-9");
        configuration["Node"]!["MemoryMiB"] = 512;
        var silos = await _swarm.LaunchCluster(2, Cancel);
        var small = _swarm.Launch(configuration);
        var swarm = await silos[0].WaitFor("/v1/swarm", s => s["nodes"]!.AsArray() is { Count: 3 } nodes && nodes.All(n => (double?)n!["position"]?["error"] <= NetworkPosition.ErrorOfUse), Cancel);
        foreach (var node in swarm["nodes"]!.AsArray())
        {
            var memory = (long)node!["memoryBytes"]!;
            Assert.Equal((string?)node["id"] == "node-9", memory == 512L << 20);
            Assert.Equal(memory, (long)node["freeMemoryBytes"]!);
            Assert.True((double)node["bytesPerSecond"]! > 1e8 && (double)node["operationsPerSecond"]! > 1e8);
        }
        small.Kill();
    }

    [Fact]
    public async Task A_plan_is_made_of_what_the_swarms_nodes_say_of_themselves()
    {
        var silos = await _swarm.LaunchCluster(2, Cancel);
        await silos[0].WaitFor("/v1/swarm", s => Ready(s) == 2, Cancel);
        var model = Directory.GetFiles(Repository.PathOf("models"), "*.gguf").Order(StringComparer.Ordinal).First();
        var (exitCode, output, errors) = await SwarmCli.RunUntilAnswered(Cancel, "plan", "--model", model, "--swarm", _swarm.WriteSwarmFile(silos[0]), "--json");
        Assert.True(exitCode == 0, errors);
        var plan = JsonNode.Parse(output)!;
        Assert.StartsWith("node-", (string?)plan["stages"]![0]!["node"], StringComparison.Ordinal);
        Assert.Empty(plan["leftOut"]!.AsArray());
        Assert.True((double)plan["tokenMs"]! > 0);
    }

    private static int Active(JsonNode swarm) => swarm["silos"]!.AsArray().Count(m => (string?)m!["status"] == "Active");

    private static int Ready(JsonNode swarm) => swarm["nodes"]!.AsArray().Count(n => (string?)n!["status"] == "Ready");
}
