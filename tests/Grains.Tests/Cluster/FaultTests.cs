using Orleans.Runtime;

namespace SwarmCompute.Grains.Tests.Cluster;

public sealed class FaultTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string, bool> Writes => new(
        from state in new[] { "feed", "order", "order report", "lease", "lease report", "node", "nodes", "outbox" }
        from afterEffect in new[] { false, true }
        select (state, afterEffect));

    [Theory, MemberData(nameof(Writes))]
    public async Task A_write_that_fails_once_leaves_nothing_half_done(string what, bool afterEffect)
    {
        await using var swarm = await TestSwarm.Start();
        swarm.AddNode("node-1", 2);
        if (what != "nodes") await swarm.Joined(Cancel);                     // the registry writes when a node joins, the others later
        swarm.Stored.FailNextWrite(what.Split(' ')[^1], Grain(swarm, what, new OrderId(1)), afterEffect);
        var order = await swarm.PlaceOrder(stages: 2, Cancel);
        await swarm.Until(order, o => o.Phase is OrderPhase.Running, Cancel);
        swarm.Chain.Close(order);
        await swarm.Until(order, o => o.Phase is OrderPhase.Completed && swarm.Nodes[0].Running.IsEmpty, Cancel);
        Assert.Equal(1, swarm.Stored.FaultsTaken);
        Assert.Equal(swarm.Chain.Sent.Distinct(), swarm.Chain.Sent);
        Assert.Contains("settle 1", swarm.Chain.Sent);
    }

    [Fact]
    public async Task While_the_chain_is_silent_everything_stays_and_then_goes_on()
    {
        await using var swarm = await TestSwarm.Start();
        var node = swarm.AddNode("node-1", 2);
        var order = await swarm.PlaceOrder(stages: 2, Cancel);
        var running = await swarm.Until(order, o => o.Phase is OrderPhase.Running, Cancel);
        swarm.Chain.CutOff("no route to the endpoint");
        Assert.Equal("no route to the endpoint", (await swarm.UntilFeed(f => f.Error is not null, Cancel)).Error);
        await node.Kill(new LeaseHold(new LeaseId(order, 1), new LeaseEpoch(1)), Cancel);
        var healed = await swarm.Until(order, o => o.Phase is OrderPhase.Running && o.Generation > running.Generation, Cancel);
        Assert.Equal([1u, 2u], healed.Leases.Select(l => l.Epoch.Value));    // leases heal without the chain
        await swarm.Until(order, o => o.Why?.Contains("no route", StringComparison.Ordinal) ?? false, Cancel);

        swarm.Chain.CutOff(null);
        swarm.Chain.Close(order);
        await swarm.Until(order, o => o.Phase is OrderPhase.Completed, Cancel);
        Assert.Equal(["lease 1/1 epoch 2", "report 1 epoch 1 units 7", "settle 1"], swarm.Chain.Sent.Skip(2));
    }

    [Fact]
    public async Task A_finalized_chain_that_goes_back_is_shown_and_changes_nothing()
    {
        await using var swarm = await TestSwarm.Start();
        swarm.AddNode("node-1", 1);
        var order = await swarm.PlaceOrder(stages: 1, Cancel);
        await swarm.Until(order, o => o.Phase is OrderPhase.Running, Cancel);
        swarm.Chain.GoBack();
        var status = await swarm.UntilFeed(f => !f.Alarms.IsEmpty, Cancel);
        Assert.Equal("LaggingEndpoint", Assert.Single(status.Alarms).Kind);
        Assert.False(status.IsHalted);
        await swarm.Until(order, o => o.Phase is OrderPhase.Running, Cancel);
    }

    [Fact]
    public async Task Another_final_block_than_before_halts_every_transaction_until_it_is_gone()
    {
        await using var swarm = await TestSwarm.Start();
        var node = swarm.AddNode("node-1", 2);
        var order = await swarm.PlaceOrder(stages: 1, Cancel);
        var running = await swarm.Until(order, o => o.Phase is OrderPhase.Running, Cancel);
        var sent = swarm.Chain.Sent;
        swarm.Chain.Contradict();
        var status = await swarm.UntilFeed(f => f.IsHalted, Cancel);
        Assert.Contains("was final, and is now", status.Error, StringComparison.Ordinal);
        await node.Kill(new LeaseHold(new LeaseId(order, 0), new LeaseEpoch(1)), Cancel);
        await swarm.Until(order, o => o.Phase is OrderPhase.Running && o.Generation > running.Generation, Cancel);
        for (var step = 0; step < 40; step++) await swarm.UntilFeed(f => f.IsHalted, Cancel);
        Assert.Equal(sent, swarm.Chain.Sent);
        swarm.Chain.Agree();
        await swarm.Until(order, _ => swarm.Chain.Sent.Contains("lease 1/0 epoch 2"), Cancel);
    }

    [Fact]
    public async Task One_orders_trouble_is_not_anothers()
    {
        await using var swarm = await TestSwarm.Start();
        swarm.AddNode("node-1", 4);
        var unknown = swarm.Chain.Place(swarm.Forge.Manifest(3));
        var order = await swarm.PlaceOrder(stages: 2, Cancel);
        swarm.Stored.FailNextWrite("order", swarm.Grains.Order(unknown), afterEffect: true);
        await swarm.Until(order, o => o.Phase is OrderPhase.Running, Cancel);
        await swarm.Until(unknown, o => o.Phase is OrderPhase.Matching, Cancel);
    }

    private static IAddressable Grain(TestSwarm swarm, string what, OrderId order) => what switch
    {
        "feed" => swarm.Grains.ChainFeed(),
        "order" or "order report" => swarm.Grains.Order(order),
        "lease" or "lease report" => swarm.Grains.Lease(new LeaseId(order, 0)),
        "node" => swarm.Grains.Node(new NodeId("node-1")),
        "nodes" => swarm.Grains.Nodes(),
        _ => swarm.Grains.Settlement(order),
    };
}
