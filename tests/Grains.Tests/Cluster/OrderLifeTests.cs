namespace SwarmCompute.Grains.Tests.Cluster;

public sealed class OrderLifeTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_order_is_placed_runs_survives_a_loss_is_reported_settled_and_leaves_nothing_running()
    {
        await using var swarm = await TestSwarm.Start();
        TestNode[] nodes = [swarm.AddNode("node-1", 2), swarm.AddNode("node-2", 2), swarm.AddNode("node-3", 2)];
        var order = await swarm.PlaceOrder(stages: 3, Cancel);

        var running = await swarm.Until(order, o => o.Phase is OrderPhase.Running, Cancel);
        Assert.Equal(3, running.Leases.Select(l => l.Node).Distinct().Count());
        Assert.True(running.Head is { IsReady: true, Epoch.Value: 1 });
        Assert.Equal(OrderChainStatus.Running, running.ChainStatus);

        var lost = running.Leases[1];
        await nodes.Single(n => n.Id == lost.Node).Kill(new LeaseHold(new LeaseId(order, 1), lost.Epoch), Cancel);
        var again = await swarm.Until(order, o => o.Phase is OrderPhase.Running && o.Generation > running.Generation, Cancel);
        Assert.Equal([1, 2, 1], again.Leases.Select(l => (int)l.Epoch.Value));
        Assert.Equal("the guest ended with code 137", Assert.Single(again.Lost).Reason);

        swarm.Chain.Close(order);
        var completed = await swarm.Until(order, o => o.Phase is OrderPhase.Completed, Cancel);
        Assert.Equal(7, completed.Usage);
        Assert.NotNull(completed.ReportHash);
        Assert.NotNull(await swarm.Grains.Order(order).ReadReport(Cancel));
        await swarm.Until(order, _ => nodes.All(n => n.Running.IsEmpty), Cancel);
        Assert.Equal(["lease 1/0 epoch 1", "lease 1/1 epoch 1", "lease 1/2 epoch 1"], swarm.Chain.Sent.Take(3));
        Assert.Equal(["report 1 epoch 1 units 7", "settle 1"], swarm.Chain.Sent.TakeLast(2));
        Assert.Contains("lease 1/1 epoch 2", swarm.Chain.Sent);
    }

    [Fact]
    public async Task An_order_whose_manifest_is_unknown_waits_for_it_and_says_so()
    {
        await using var swarm = await TestSwarm.Start();
        swarm.AddNode("node-1", 2);
        var manifest = swarm.Forge.Manifest(2);
        var order = swarm.Chain.Place(manifest);
        var waiting = await swarm.Until(order, o => o.Phase is OrderPhase.Matching, Cancel);
        Assert.Equal($"manifest {manifest.Hash} has not been given to the swarm; PUT /v1/manifests/{manifest.Hash}", waiting.Why);
        Assert.IsType<ManifestDecision.Stored>(await swarm.Grains.Manifest(manifest.Hash).Put(manifest.ToCanonicalBytes(), Cancel));
        Assert.IsType<ManifestDecision.Unchanged>(await swarm.Grains.Manifest(manifest.Hash).Put(manifest.ToCanonicalBytes(), Cancel));
        await swarm.Until(order, o => o.Phase is OrderPhase.Running, Cancel);
    }

    [Fact]
    public async Task An_order_that_contradicts_its_manifest_is_never_placed_and_ends_with_its_cancellation()
    {
        await using var swarm = await TestSwarm.Start();
        var node = swarm.AddNode("node-1", 4);
        var manifest = swarm.Forge.Manifest(2);
        await swarm.Grains.Manifest(manifest.Hash).Put(manifest.ToCanonicalBytes(), Cancel);
        var order = swarm.Chain.Place(manifest, slots: 3);
        var failed = await swarm.Until(order, o => o.Phase is OrderPhase.Failed, Cancel);
        Assert.Equal("the manifest has 2 stages, the order 3 slots", failed.Why);
        var other = swarm.Chain.Place(manifest, authority: Hash32.Sha256("other"u8));
        Assert.StartsWith("the manifest names the authority", (await swarm.Until(other, o => o.Phase is OrderPhase.Failed, Cancel)).Why, StringComparison.Ordinal);
        swarm.Chain.Close(order);
        await swarm.Until(order, o => o.Phase is OrderPhase.Cancelled, Cancel);
        Assert.Empty(node.Running);
    }

    [Fact]
    public async Task An_order_waits_for_room_and_says_of_every_node_why_not()
    {
        await using var swarm = await TestSwarm.Start();
        swarm.AddNode("node-1", 1);
        var order = await swarm.PlaceOrder(stages: 2, Cancel);
        var waiting = await swarm.Until(order, o => o.Why?.StartsWith("1 slots", StringComparison.Ordinal) ?? false, Cancel);
        Assert.Equal("1 slots have no node: node-1: 1 of 1 slots free", waiting.Why);
        Assert.Empty(waiting.Leases);
        swarm.AddNode("node-2", 1);
        await swarm.Until(order, o => o.Phase is OrderPhase.Running, Cancel);
    }

    [Fact]
    public async Task An_order_cancelled_while_it_starts_gives_everything_back()
    {
        await using var swarm = await TestSwarm.Start();
        var node = swarm.AddNode("node-1", 2);
        node.CanAttest = false;
        var order = await swarm.PlaceOrder(stages: 2, Cancel);
        await swarm.Until(order, o => o.Leases.Count(l => l.Status is LeaseStatus.Attesting) == 2, Cancel);
        swarm.Chain.Close(order);
        await swarm.Until(order, o => o.Phase is OrderPhase.Cancelled && o.Leases.All(l => l.Status is LeaseStatus.Released), Cancel);
        await swarm.Until(order, _ => node.Running.IsEmpty, Cancel);
        Assert.IsType<OrderDecision.Over>(await swarm.Grains.Order(order).Reconcile(Cancel));
        Assert.Empty(swarm.Chain.Sent);
    }

    [Fact]
    public async Task An_order_runs_only_when_the_finalized_chain_knows_its_leases()
    {
        await using var swarm = await TestSwarm.Start();
        swarm.AddNode("node-1", 1);
        swarm.Chain.FinalityLag = 3;
        var order = await swarm.PlaceOrder(stages: 1, Cancel);
        swarm.Chain.Mine(3);
        var standing = await swarm.Until(order, o => o.Why?.StartsWith("the pipeline stands", StringComparison.Ordinal) ?? false, Cancel);
        Assert.Equal((OrderPhase.Provisioning, false), (standing.Phase, standing.Head!.IsReady));
        swarm.Chain.Mine(3);
        await swarm.Until(order, o => o.Phase is OrderPhase.Running, Cancel);
        Assert.Single(swarm.Chain.Sent);                                     // waited for, not sent again
    }

    [Fact]
    public async Task A_transaction_whose_receipt_is_lost_is_not_sent_again()
    {
        await using var swarm = await TestSwarm.Start();
        swarm.AddNode("node-1", 1);
        var order = await swarm.PlaceOrder(stages: 1, Cancel);
        swarm.Chain.LoseNextReceipt = true;
        await swarm.Until(order, o => o.Phase is OrderPhase.Running, Cancel);
        swarm.Chain.LoseNextReceipt = true;
        swarm.Chain.Close(order);
        await swarm.Until(order, o => o.Phase is OrderPhase.Completed, Cancel);
        Assert.Equal(["lease 1/0 epoch 1", "report 1 epoch 1 units 7", "settle 1"], swarm.Chain.Sent);
    }
}
