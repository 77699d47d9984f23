using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using SwarmCompute.Attestation;
using SwarmCompute.Silo.Tests.Support;

namespace SwarmCompute.Silo.Tests;

/// <summary>Orders on real silos, a real chain and real processes; only the guests' inference is played.</summary>
[Collection("real silos")]        // one at a time
public sealed class OrderTests(DevelopmentChain chain) : IAsyncDisposable
{
    private readonly TestSwarm _swarm = TestSwarm.Start(chain);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _swarm.DisposeAsync();

    [Fact]
    public async Task An_order_runs_is_reported_and_paid_and_leaves_no_guest()
    {
        var silos = await _swarm.LaunchCluster(2, Cancel);
        await using var order = await TestOrder.Place(_swarm, silos[0], Cancel);
        var running = await order.WaitUntilRunning(silos[1], Cancel);
        var guests = Guests(running);
        Assert.Equal(2, guests.Length);
        await order.Close(Cancel);
        await silos[1].WaitFor(order.Path, o => (string?)o["status"] == "Completed", Cancel);
        var told = await silos[0].WaitFor($"{order.Path}/chain", o => (string?)o["final"]?["status"] == "Completed", Cancel);
        Assert.Equal(told["latest"]!.ToJsonString(), told["final"]!.ToJsonString());
        Assert.Null(told["stopped"]);
        var followed = await silos[0].WaitFor("/v1/chain", c => c["finalized"] is not null, Cancel);
        Assert.Equal(31337UL, (ulong)followed["chainId"]!);
        Assert.Null(followed["error"]);
        using var report = await silos[0].Get($"{order.Path}/report", Cancel);
        Assert.Equal(PlayedGuest.Units, SignedReport.Parse(await report.Content.ReadAsByteArrayAsync(Cancel)).Report.Units);
        foreach (var guest in guests) await WaitUntilGone(guest);
    }

    [Fact]
    public async Task A_killed_guest_is_replaced_under_a_higher_epoch()
    {
        var silos = await _swarm.LaunchCluster(2, Cancel);
        await using var order = await TestOrder.Place(_swarm, silos[0], Cancel);
        var before = await order.WaitUntilRunning(silos[0], Cancel);
        Kill((int)before["leases"]![1]!["pid"]!);
        var after = await silos[0].WaitFor(order.Path, o => (string?)o["status"] == "Running" && Epoch(o, 1) > Epoch(before, 1), Cancel);
        Assert.Equal(Epoch(before, 0), Epoch(after, 0));
        Assert.Contains(after["lost"]!.AsArray(), l => (int)l!["slot"]! == 1 && (uint)l["epoch"]! == Epoch(before, 1));
    }

    [Fact]
    public async Task The_leases_of_a_killed_silo_go_to_another_node_and_its_guests_die_with_it()
    {
        var silos = await _swarm.LaunchCluster(3, Cancel);
        await using var order = await TestOrder.Place(_swarm, silos[0], Cancel);
        var before = await order.WaitUntilRunning(silos[0], Cancel);
        var victim = (string)before["leases"]![0]!["node"]!;
        var index = int.Parse(victim["node-".Length..], System.Globalization.CultureInfo.InvariantCulture) - 1;
        var survivor = silos[(index + 1) % 3];
        silos[index].Kill();
        var after = await survivor.WaitFor(order.Path, o => (string?)o["status"] == "Running" && Epoch(o, 0) > Epoch(before, 0), Cancel);
        Assert.DoesNotContain(after["leases"]!.AsArray(), l => (string?)l!["node"] == victim);
        foreach (var lease in before["leases"]!.AsArray().Where(l => (string?)l!["node"] == victim)) await WaitUntilGone((int)lease!["pid"]!);
    }

    [Fact]
    public async Task A_silo_that_leaves_stops_its_guests_first()
    {
        var silos = await _swarm.LaunchCluster(1, Cancel);
        await using var order = await TestOrder.Place(_swarm, silos[0], Cancel);
        var running = await order.WaitUntilRunning(silos[0], Cancel);
        silos[0].CloseInput();
        Assert.Equal(0, await silos[0].WaitForExit(Cancel));
        foreach (var guest in Guests(running)) await WaitUntilGone(guest);
    }

    [Fact]
    public async Task An_outage_of_store_and_chain_freezes_and_then_goes_on_as_if_nothing_had_been()
    {
        await using var redis = await RedisServer.Start(Cancel);
        var configuration = _swarm.Configure("node-1");
        configuration["Store"]!["Redis"] = redis.ConnectionString;
        var silo = _swarm.Launch(configuration);
        await silo.WaitUntilReady(Cancel);
        await using var order = await TestOrder.Place(_swarm, silo, Cancel);
        var before = await order.WaitUntilRunning(silo, Cancel);

        await Signal.Send("STOP", redis.ProcessId, Cancel);
        await Signal.Send("STOP", chain.ProcessId, Cancel);
        await Task.Delay(TimeSpan.FromSeconds(12), Cancel);             // longer than any patience with guests and nodes
        Assert.All(Guests(before), guest => Assert.True(Exists(guest)));
        await Signal.Send("CONT", chain.ProcessId, Cancel);
        await Signal.Send("CONT", redis.ProcessId, Cancel);

        await order.Close(Cancel);
        var after = await silo.WaitFor(order.Path, o => (string?)o["status"] == "Completed", Cancel);
        Assert.Empty(after["lost"]!.AsArray());
    }

    [Fact]
    public async Task What_is_not_a_manifest_or_an_order_is_refused_with_a_reason()
    {
        var silo = (await _swarm.LaunchCluster(1, Cancel))[0];
        await Refuses(await silo.Put($"/v1/manifests/{new string('0', 64)}", "{}"u8.ToArray(), Cancel), HttpStatusCode.BadRequest);
        await Refuses(await silo.Put("/v1/manifests/x", "{}"u8.ToArray(), Cancel), HttpStatusCode.BadRequest);
        await Refuses(await silo.Put($"/v1/manifests/{new string('0', 64)}", new byte[ManifestLimits.BytesMax + 1], Cancel), HttpStatusCode.RequestEntityTooLarge);
        await Refuses(await silo.Get($"/v1/manifests/{new string('0', 64)}", Cancel), HttpStatusCode.NotFound);
        await Refuses(await silo.Get("/v1/manifests/x", Cancel), HttpStatusCode.BadRequest);
        await Refuses(await silo.Get("/v1/orders/4000000000", Cancel), HttpStatusCode.NotFound);
        await Refuses(await silo.Get("/v1/orders/0", Cancel), HttpStatusCode.BadRequest);
        await Refuses(await silo.Get("/v1/orders/4000000000/report", Cancel), HttpStatusCode.NotFound);
    }

    private static async Task Refuses(HttpResponseMessage response, HttpStatusCode status)
    {
        using (response)
        {
            Assert.Equal(status, response.StatusCode);
            Assert.NotEmpty((string?)JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!["error"] ?? "");
        }
    }

    private static uint Epoch(JsonNode order, int slot) => order["leases"]!.AsArray().Where(l => (int)l!["slot"]! == slot).Select(l => (uint)l!["epoch"]!).SingleOrDefault();

    private static int[] Guests(JsonNode order) => [.. order["leases"]!.AsArray().Select(l => (int)l!["pid"]!)];

    private static void Kill(int processId)
    {
        using var process = Process.GetProcessById(processId);
        process.Kill();
    }

    private static async Task WaitUntilGone(int processId)
    {
        while (Exists(processId)) await Task.Delay(20, Cancel);
    }

    private static bool Exists(int processId) => Directory.Exists($"/proc/{processId}");
}
