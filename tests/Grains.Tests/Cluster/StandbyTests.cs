namespace SwarmCompute.Grains.Tests.Cluster;

public sealed class StandbyTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_standby_takes_its_slot_when_the_holder_is_lost_and_another_is_prepared()
    {
        await using var swarm = await TestSwarm.Start();
        var order = await Followed(swarm, nodes: 4);
        var (holder, standby) = ((await Read(swarm, order)).Leases[1], (await Read(swarm, order)).Standbys[0]);
        Assert.NotEqual(holder.Node, standby.Node);
        Assert.Equal((1u, 2u), (holder.Epoch.Value, standby.Epoch.Value));

        await On(swarm, holder.Node).Kill(new LeaseHold(new LeaseId(order, 1), holder.Epoch), Cancel);
        var after = await swarm.Until(order, o => o.Phase is OrderPhase.Running && o.Standbys is [{ Status: LeaseStatus.Attested }] && swarm.Chain.Sent.Length > 2, Cancel);
        Assert.Equal((standby.Epoch, standby.Node), (after.Leases[1].Epoch, after.Leases[1].Node));
        Assert.Equal(3u, after.Standbys[0].Epoch.Value);
        Assert.Single(after.Lost);
        Assert.Equal(1u, after.Leases[0].Epoch.Value);
        Assert.Equal(["lease 1/0 epoch 1", "lease 1/1 epoch 1", "lease 1/1 epoch 2"], swarm.Chain.Sent.Order());
    }

    [Fact]
    public async Task An_order_without_room_for_standbys_runs_without_and_says_so()
    {
        await using var swarm = await TestSwarm.Start();
        for (var node = 1; node <= 2; node++) swarm.AddNode($"node-{node}", 1);
        var order = await swarm.PlaceOrder(stages: 2, Cancel, standby: true);
        var alone = await swarm.Until(order, o => o.Phase is OrderPhase.Running && o.Why is not null, Cancel);
        Assert.StartsWith("slot 1 runs without a standby: 1 slots have no node: ", alone.Why);
        Assert.Empty(alone.Standbys);
    }

    [Fact]
    public async Task A_standby_that_ends_is_replaced_and_its_holder_goes_on_and_can_still_be_fenced()
    {
        await using var swarm = await TestSwarm.Start();
        var order = await Followed(swarm, nodes: 4);
        var before = await Read(swarm, order);
        await On(swarm, before.Standbys[0].Node).Kill(new LeaseHold(new LeaseId(order, 1), before.Standbys[0].Epoch), Cancel);
        var again = await swarm.Until(order, o => o.Standbys is [{ Epoch.Value: 3, Status: LeaseStatus.Attested }], Cancel);
        Assert.Equal(before.Leases, again.Leases);
        Assert.Equal(before.Generation, again.Generation);

        var (holder, hold) = (On(swarm, before.Leases[1].Node), new LeaseHold(new LeaseId(order, 1), before.Leases[1].Epoch));
        await swarm.Grains.Lease(hold.Lease).Lose(hold.Epoch, "the test says so", Cancel);
        await swarm.Until(order, o => o.Phase is OrderPhase.Running && o.Leases[1].Epoch.Value == 3 && !holder.Running.Contains(hold), Cancel);
    }

    [Fact]
    public async Task A_standby_that_its_holder_has_lost_is_replaced()
    {
        await using var swarm = await TestSwarm.Start();
        var order = await Followed(swarm, nodes: 4);
        var before = await Read(swarm, order);
        await On(swarm, before.Leases[1].Node).Tell(new LeaseHold(new LeaseId(order, 1), before.Leases[1].Epoch), new GuestReport.StandbyLost(new LeaseEpoch(2), "silent"), Cancel);
        var again = await swarm.Until(order, o => o.Standbys is [{ Epoch.Value: 3, Status: LeaseStatus.Attested }], Cancel);
        Assert.Equal("its holder lost it: silent", Assert.Single(again.Lost).Reason);
        Assert.Equal(before.Leases, again.Leases);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_node_that_drains_hands_its_stage_to_a_standby_that_has_caught_up_and_leaves(bool standby)
    {
        await using var swarm = await TestSwarm.Start();
        for (var node = 1; node <= 4; node++) swarm.AddNode($"node-{node}", 1);
        var order = await swarm.PlaceOrder(stages: 2, Cancel, standby);
        var before = await swarm.Until(order, o => o.Phase is OrderPhase.Running, Cancel);
        var drained = On(swarm, before.Leases[1].Node);
        Assert.IsType<NodeDecision.Done>(await swarm.Grains.Node(drained.Id).Move(NodeStatus.Draining, "maintenance", Cancel));
        var after = await swarm.Until(order, o => o.Phase is OrderPhase.Running && o.Leases[1].Node != drained.Id, Cancel);
        Assert.Equal($"handed over to epoch {after.Leases[1].Epoch}: {drained.Id} is Draining: maintenance", Assert.Single(after.Lost).Reason);
        Assert.Equal(before.Leases[0], after.Leases[0]);
        await swarm.Until(order, _ => drained.Running.IsEmpty, Cancel);
        await drained.Sync(Cancel);
        Assert.Equal(NodeStatus.Left, (await swarm.Grains.Node(drained.Id).Read(Cancel))!.Status);
    }

    [Fact]
    public async Task A_head_whose_node_drains_hands_over_to_a_successor_that_is_loaded()
    {
        await using var swarm = await TestSwarm.Start();
        for (var node = 1; node <= 3; node++) swarm.AddNode($"node-{node}", 1);
        var order = await swarm.PlaceOrder(stages: 2, Cancel);
        var before = await swarm.Until(order, o => o.Phase is OrderPhase.Running, Cancel);
        var drained = On(swarm, before.Leases[0].Node);
        Assert.IsType<NodeDecision.Done>(await swarm.Grains.Node(drained.Id).Move(NodeStatus.Draining, "maintenance", Cancel));
        var after = await swarm.Until(order, o => o.Phase is OrderPhase.Running && o.Leases[0].Node != drained.Id, Cancel);
        Assert.Equal($"handed over to epoch {after.Leases[0].Epoch}: {drained.Id} is Draining: maintenance", Assert.Single(after.Lost).Reason);
        Assert.Equal(before.Leases[1], after.Leases[1]);
        Assert.Equal(after.Leases[0].Epoch, after.Head!.Epoch);
    }

    [Fact]
    public async Task A_slot_without_a_node_takes_the_place_of_a_standby()
    {
        await using var swarm = await TestSwarm.Start();
        var order = await Followed(swarm, nodes: 3);
        var before = await Read(swarm, order);
        var head = On(swarm, before.Leases[0].Node);
        await swarm.Grains.Node(head.Id).Lose(head.Incarnation, "its silo is dead", Cancel);
        var after = await swarm.Until(order, o => o.Phase is OrderPhase.Running && o.Head is { Epoch.Value: 2 } && o.Why is not null, Cancel);
        Assert.Equal(before.Standbys[0].Node, after.Leases[0].Node);
        Assert.StartsWith("slot 1 runs without a standby: ", after.Why, StringComparison.Ordinal);
        Assert.Contains(after.Lost, l => l.Reason == "a slot without a node needs its place");
    }

    [Fact]
    public async Task An_order_that_ends_gives_its_standbys_back_and_pays_none_of_them()
    {
        await using var swarm = await TestSwarm.Start();
        var order = await Followed(swarm, nodes: 3);
        swarm.Chain.Close(order);
        await swarm.Until(order, o => o.Phase is OrderPhase.Completed && swarm.Nodes.All(n => n.Running.IsEmpty), Cancel);
        Assert.DoesNotContain("lease 1/1 epoch 2", swarm.Chain.Sent);
    }

    private static async Task<OrderId> Followed(TestSwarm swarm, int nodes)
    {
        for (var node = 1; node <= nodes; node++) swarm.AddNode($"node-{node}", 1);
        var order = await swarm.PlaceOrder(stages: 2, Cancel, standby: true);
        await swarm.Until(order, o => o.Phase is OrderPhase.Running && o.Standbys is [{ Status: LeaseStatus.Attested, Lag: 0 }], Cancel);
        return order;
    }

    private static async Task<OrderSnapshot> Read(TestSwarm swarm, OrderId order) => (await swarm.Grains.Order(order).Read(Cancel))!;

    private static TestNode On(TestSwarm swarm, NodeId node) => swarm.Nodes.Single(n => n.Id == node);
}
