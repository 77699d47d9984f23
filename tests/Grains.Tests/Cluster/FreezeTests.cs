using Microsoft.Extensions.Time.Testing;

namespace SwarmCompute.Grains.Tests.Cluster;

/// <summary>A chain that is away freezes: nothing is closed for want of an answer, and it goes on without a second effect.</summary>
public sealed class FreezeTests
{
    private const int Orders = 50;
    private const int Stages = 2;
    private static readonly TimeSpan Outage = TimeSpan.FromMinutes(15);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_chain_that_is_away_for_15_minutes_costs_none_of_100_leases_and_nothing_is_billed_twice()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());          // the guests' certificates are of today
        await using var swarm = await TestSwarm.Start(time: time);
        for (var node = 1; node <= 8; node++) swarm.AddNode($"node-{node}", WireLimits.NodeSlotsMax);
        var orders = new List<OrderId>();
        for (var i = 0; i < Orders; i++) orders.Add(await swarm.PlaceOrder(Stages, Cancel));
        foreach (var order in orders) await swarm.Until(order, o => o.Phase is OrderPhase.Running, Cancel);
        var held = await Leases(swarm, orders);
        Assert.Equal(Orders * Stages, held.Length);

        swarm.Chain.CutOff("no route to the endpoint");
        await swarm.UntilFeed(f => f.Error is not null, Cancel);
        for (var gone = TimeSpan.Zero; gone < Outage; gone += TimeSpan.FromSeconds(5))
        {
            time.Advance(TimeSpan.FromSeconds(5));
            await swarm.Step(Cancel);
        }
        Assert.Equal("no route to the endpoint", (await swarm.Grains.ChainFeed().Follow(Cancel)).Error);
        Assert.Equal(held, await Leases(swarm, orders));

        swarm.Chain.CutOff(null);
        await swarm.UntilFeed(f => f.Error is null, Cancel);
        Assert.Equal(held, await Leases(swarm, orders));
        foreach (var order in orders) swarm.Chain.Close(order);
        foreach (var order in orders) await swarm.Until(order, o => o.Phase is OrderPhase.Completed, Cancel);
        Assert.Equal(swarm.Chain.Sent.Distinct(), swarm.Chain.Sent);
        Assert.Equal(Orders, swarm.Chain.Sent.Count(s => s.StartsWith("settle ", StringComparison.Ordinal)));
        Assert.Equal(Orders * Stages, swarm.Chain.Sent.Count(s => s.StartsWith("lease ", StringComparison.Ordinal)));
    }

    private static async Task<ImmutableArray<(OrderId Order, int Slot, LeaseEpoch Epoch, NodeId Node)>> Leases(TestSwarm swarm, List<OrderId> orders)
    {
        var leases = ImmutableArray.CreateBuilder<(OrderId, int, LeaseEpoch, NodeId)>();
        foreach (var order in orders)
        {
            var shown = (await swarm.Grains.Order(order).Read(Cancel))!;
            Assert.Equal(OrderPhase.Running, shown.Phase);
            Assert.Empty(shown.Lost);
            leases.AddRange(shown.Leases.Select(l => (order, l.Slot, l.Epoch, l.Node)));
        }
        return leases.ToImmutable();
    }
}
