using SwarmCompute.Chain;
using SwarmCompute.Grains.ChainFeed;

namespace SwarmCompute.Grains.Tests.Cluster;

/// <summary>What an order shows of blocks that are not final, and what it makes of a reorg and of a gap.</summary>
public sealed class LatestViewTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_not_final_is_shown_and_not_acted_on_and_gone_with_its_block()
    {
        await using var swarm = await TestSwarm.Start();
        swarm.AddNode("node-1", 1);
        swarm.Chain.FinalityLag = 5;
        var order = await swarm.PlaceOrder(stages: 1, Cancel);
        var foreseen = await swarm.UntilChain(order, c => c.Latest is not null, Cancel);
        Assert.Null(foreseen.Final);
        Assert.Equal((OrderStatus.Open, 1u), (foreseen.Latest!.Status, foreseen.LatestSequence));
        Assert.Null(await swarm.Grains.Order(order).Read(Cancel));
        Assert.Empty(swarm.Nodes[0].Running);

        swarm.Chain.Reorg(1);
        var gone = await swarm.UntilChain(order, c => c.Latest is null, Cancel);
        Assert.Null(gone.Stopped);
        Assert.Empty(await swarm.Grains.ChainFeed().ListUnfinished(Cancel));
    }

    [Fact]
    public async Task A_snapshot_shows_both_views()
    {
        await using var swarm = await TestSwarm.Start();
        swarm.AddNode("node-1", 1);
        var order = await swarm.PlaceOrder(stages: 1, Cancel);
        await swarm.Until(order, o => o.Phase is OrderPhase.Running, Cancel);
        swarm.Chain.FinalityLag = 3;
        swarm.Chain.Mine(3);
        swarm.Chain.Close(order);
        var closing = await swarm.Until(order, o => o.LatestStatus is OrderChainStatus.Closing, Cancel);
        Assert.Equal((OrderChainStatus.Running, OrderPhase.Running), (closing.ChainStatus, closing.Phase));
        swarm.Chain.Mine(3);
        await swarm.Until(order, o => o.ChainStatus is OrderChainStatus.Closing, Cancel);
        Assert.Empty((await swarm.Grains.Order(order).ReadChain(Cancel)).Tail);
    }

    [Fact]
    public async Task A_follower_that_dies_between_telling_and_remembering_leaves_no_order_with_what_was_undone()
    {
        await using var swarm = await TestSwarm.Start();
        swarm.Chain.FinalityLag = 5;
        await swarm.UntilFeed(f => f.Latest is not null, Cancel);
        swarm.Stored.FailWritesAfter("feed", swarm.Grains.ChainFeed(), writes: 1);             // announced, told, not remembered
        var order = swarm.Chain.Place(swarm.Forge.Manifest(1));
        await swarm.UntilChain(order, c => c.Latest is not null, Cancel);
        swarm.Chain.Reorg(1);
        await swarm.UntilChain(order, c => c.Latest is null, Cancel);
        Assert.Equal(1, swarm.Stored.FaultsTaken);
    }

    [Fact]
    public async Task A_gap_stops_its_order_alone_with_the_reason_until_the_missing_event_is_read()
    {
        await using var swarm = await TestSwarm.Start();
        swarm.AddNode("node-1", 2);
        var (order, other) = (await swarm.PlaceOrder(stages: 1, Cancel), await swarm.PlaceOrder(stages: 1, Cancel));
        await swarm.Until(order, o => o.Phase is OrderPhase.Running, Cancel);
        await swarm.Until(other, o => o.Phase is OrderPhase.Running, Cancel);
        swarm.Chain.Hidden = e => e.Order == order && e is OrderEvent.OrderClosing;
        swarm.Chain.Close(order);                                            // nobody hears of it, and its report comes all the same
        swarm.Chain.Report(order);
        var stopped = await swarm.Until(order, o => o.Why?.Contains("where 4 is due", StringComparison.Ordinal) ?? false, Cancel);
        Assert.Equal(OrderPhase.Running, stopped.Phase);
        Assert.Contains((await swarm.UntilFeed(f => !f.Alarms.IsEmpty, Cancel)).Alarms, a => a.Kind == "StoppedOrder");
        swarm.Chain.Close(other);
        await swarm.Until(other, o => o.Phase is OrderPhase.Completed, Cancel);
        Assert.Equal(OrderPhase.Running, (await swarm.Grains.Order(order).Read(Cancel))!.Phase);

        swarm.Chain.Hidden = null;
        await swarm.Until(order, o => o.ChainStatus is OrderChainStatus.Closing or OrderChainStatus.Completed, Cancel);
    }

    [Fact]
    public async Task Events_of_another_order_or_too_many_at_once_are_refused()
    {
        await using var swarm = await TestSwarm.Start();
        var stray = new OrderEvent.OrderRunning(new OrderId(2), 1, default, 0, 1, default).ToRecord();
        var grain = swarm.Grains.Order(new OrderId(1));
        Assert.IsType<OrderDecision.Refused>(await grain.Foresee([stray], Cancel));
        Assert.IsType<OrderDecision.Refused>(await grain.Observe([stray], Cancel));
        var many = Enumerable.Range(1, WireLimits.TailMax + 1).Select(n => stray with { Order = new OrderId(1), Sequence = (uint)n });
        Assert.IsType<OrderDecision.Refused>(await grain.Foresee([.. many], Cancel));
        Assert.IsType<OrderDecision.Refused>(await grain.Observe([.. many.Take(WireLimits.EventsMax + 1)], Cancel));
    }
}
