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
}
