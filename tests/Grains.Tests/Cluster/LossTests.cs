namespace SwarmCompute.Grains.Tests.Cluster;

public sealed class LossTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task When_a_node_is_lost_its_leases_go_elsewhere_and_its_old_run_holds_nothing_any_more()
    {
        await using var swarm = await TestSwarm.Start();
        swarm.AddNode("node-1", 2);
        var second = swarm.AddNode("node-2", 2);
        var order = await Running(swarm, stages: 2);

        var held = await swarm.Grains.Node(second.Id).Lose(second.Incarnation, "its silo is dead", Cancel);
        Assert.Equal(second.Running, held);
        Assert.Equal(held, await swarm.Grains.Node(second.Id).Lose(second.Incarnation, "told again", Cancel));
        var again = await swarm.Until(order, o => o.Phase is OrderPhase.Running && o.Leases.Any(l => l.Epoch.Value == 2), Cancel);
        Assert.All(again.Leases, l => Assert.Equal("node-1", l.Node.Value));
        Assert.Equal("node-2 is Lost: its silo is dead", Assert.Single(again.Lost).Reason);
        Assert.Empty(second.Running);                                        // it still synced, and was told that it is over
        Assert.NotNull((await second.Sync(Cancel)).Refusal);
    }

    [Fact]
    public async Task A_node_that_starts_anew_joins_again_and_what_it_ran_is_replaced()
    {
        await using var swarm = await TestSwarm.Start();
        var first = swarm.AddNode("node-1", 1);
        var order = await Running(swarm, stages: 1);
        swarm.Nodes.Remove(first);
        var anew = swarm.AddNode("node-1", 1, incarnation: "2");
        var again = await swarm.Until(order, o => o.Phase is OrderPhase.Running && o.Head is { Epoch.Value: 2 }, Cancel);
        Assert.Equal("node-1's agent runs anew", Assert.Single(again.Lost).Reason);
        Assert.NotNull((await first.Sync(Cancel)).Refusal);
        Assert.Single(anew.Running);
    }

    [Fact]
    public async Task A_guest_that_its_neighbour_has_lost_is_stopped_although_its_node_thinks_it_well()
    {
        await using var swarm = await TestSwarm.Start();
        var (first, second) = (swarm.AddNode("node-1", 2), swarm.AddNode("node-2", 2));
        var order = await Running(swarm, stages: 2);
        var running = (await swarm.Grains.Order(order).Read(Cancel))!;
        var (head, stage) = (Hold(running, 0), Hold(running, 1));
        await first.Tell(head, new GuestReport.PeerLost(1, stage.Epoch, "connection reset"), Cancel);
        await second.Tell(stage, new GuestReport.PeerLost(0, head.Epoch, "connection reset"), Cancel);

        var again = await swarm.Until(order, o => o.Phase is OrderPhase.Running && o.Generation > running.Generation, Cancel);
        Assert.Equal([1u, 2u], again.Leases.Select(l => l.Epoch.Value));
        Assert.Equal("slot 0 lost it: connection reset", Assert.Single(again.Lost).Reason);
        await swarm.Until(order, _ => !first.Running.Concat(second.Running).Contains(stage), Cancel);
        Assert.IsType<LeaseDecision.Fenced>(await second.Tell(stage, new GuestReport.StageReady(99), Cancel));
    }

    [Fact]
    public async Task A_lost_head_has_a_successor_that_the_chain_knows_before_it_reports()
    {
        await using var swarm = await TestSwarm.Start();
        var node = swarm.AddNode("node-1", 2);
        var order = await Running(swarm, stages: 1);
        await node.Kill(new LeaseHold(new LeaseId(order, 0), new LeaseEpoch(1)), Cancel);
        await swarm.Until(order, o => o.Head is { Epoch.Value: 2, IsReady: true }, Cancel);
        swarm.Chain.Close(order);
        await swarm.Until(order, o => o.Phase is OrderPhase.Completed, Cancel);
        Assert.Equal(["lease 1/0 epoch 1", "lease 1/0 epoch 2", "report 1 epoch 2 units 7", "settle 1"], swarm.Chain.Sent);
    }

    [Fact]
    public async Task A_head_that_dies_before_its_report_is_replaced_for_the_reports_sake()
    {
        await using var swarm = await TestSwarm.Start();
        var node = swarm.AddNode("node-1", 3);
        var order = await Running(swarm, stages: 2);
        await node.Kill(new LeaseHold(new LeaseId(order, 0), new LeaseEpoch(1)), Cancel);
        swarm.Chain.Close(order);
        var completed = await swarm.Until(order, o => o.Phase is OrderPhase.Completed, Cancel);
        Assert.Single(completed.Lost);
        Assert.Contains("report 1 epoch 2 units 7", swarm.Chain.Sent);
    }

    [Fact]
    public async Task A_report_that_its_guest_did_not_sign_is_refused()
    {
        await using var swarm = await TestSwarm.Start();
        var node = swarm.AddNode("node-1", 1);
        var order = await Running(swarm, stages: 1);
        var forged = new SignedReportRecord([1], default, 1_000_000, new byte[64]);
        Assert.IsType<LeaseDecision.Refused>(await node.Tell(new LeaseHold(new LeaseId(order, 0), new LeaseEpoch(1)), new GuestReport.Reported(forged), Cancel));
        Assert.Null(await swarm.Grains.Order(order).ReadReport(Cancel));
    }

    [Fact]
    public async Task A_node_that_drains_hands_its_leases_over_and_leaves()
    {
        await using var swarm = await TestSwarm.Start();
        var first = swarm.AddNode("node-1", 1);
        var order = await Running(swarm, stages: 1);
        swarm.AddNode("node-2", 1);
        await swarm.Until(order, _ => true, Cancel);
        Assert.IsType<NodeDecision.Done>(await swarm.Grains.Node(first.Id).Move(NodeStatus.Draining, "maintenance", Cancel));
        var moved = await swarm.Until(order, o => o.Phase is OrderPhase.Running && o.Leases[0].Node.Value == "node-2", Cancel);
        Assert.Equal("handed over to epoch 2: node-1 is Draining: maintenance", Assert.Single(moved.Lost).Reason);
        await swarm.Until(order, _ => first.Running.IsEmpty, Cancel);
        await first.Sync(Cancel);
        Assert.Equal(NodeStatus.Left, (await swarm.Grains.Node(first.Id).Read(Cancel))!.Status);
    }

    [Fact]
    public async Task When_a_silo_dies_the_order_goes_on_where_it_was()
    {
        await using var swarm = await TestSwarm.Start(silos: 2);
        swarm.AddNode("node-1", 2);
        swarm.AddNode("node-2", 2);
        var order = await Running(swarm, stages: 2);
        var before = (await swarm.Grains.Order(order).Read(Cancel))!;
        await swarm.Cluster.KillSiloAsync(swarm.Cluster.Silos[1], Cancel);
        swarm.Chain.Close(order);
        var completed = await swarm.Until(order, o => o.Phase is OrderPhase.Completed, Cancel);
        Assert.Empty(completed.Lost);
        Assert.Equal(before.Generation, completed.Generation);
        Assert.Equal(swarm.Chain.Sent.Distinct(), swarm.Chain.Sent);
    }

    private static async Task<OrderId> Running(TestSwarm swarm, int stages)
    {
        var order = await swarm.PlaceOrder(stages, Cancel);
        await swarm.Until(order, o => o.Phase is OrderPhase.Running, Cancel);
        return order;
    }

    private static LeaseHold Hold(OrderSnapshot order, int slot) => new(new LeaseId(order.Order, slot), order.Leases[slot].Epoch);
}
