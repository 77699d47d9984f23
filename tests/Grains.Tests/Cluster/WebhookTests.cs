using System.Text;
using System.Text.Json.Nodes;
using SwarmCompute.Chain;
using SwarmCompute.Chain.Webhooks;

namespace SwarmCompute.Grains.Tests.Cluster;

public sealed class WebhookTests
{
    private const string Url = "https://customer.example/hook?key=1";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_order_is_announced_when_it_runs_and_when_it_is_completed_and_only_then_is_over()
    {
        await using var swarm = await TestSwarm.Start();
        var order = await Running(swarm);
        await UntilTaken(swarm, order, 1);
        swarm.Receiver.Failures = 1;
        swarm.Chain.Close(order);
        await swarm.Until(order, o => o.Phase is OrderPhase.Completed, Cancel);
        await swarm.Until(order, _ => swarm.Receiver.Came.Length == 2, Cancel);
        Assert.IsNotType<OrderDecision.Over>(await swarm.Grains.Order(order).Reconcile(Cancel));        // the failed one waits for its second attempt
        await UntilOver(swarm, order);
        Assert.Equal(["order-1-Running", "order-1-Completed"], swarm.Receiver.Taken.Select(c => c.Id));
        var body = JsonNode.Parse(swarm.Receiver.Taken[1].Body)!;
        Assert.Equal(("order-1-Completed", "1", "Completed", "1000", "7", "993"), ((string)body["id"]!, (string)body["order"]!, (string)body["phase"]!,
            (string)body["deposited"]!, (string)body["paid"]!, (string)body["refunded"]!));
        Assert.NotNull((string?)body["reportHash"]);
        Assert.Equal(swarm.Receiver.Came[1].Body, swarm.Receiver.Came[2].Body);                         // a repeat says the same
        Assert.All(swarm.Receiver.Came, call => Assert.Equal(Url, call.Url));
    }

    [Fact]
    public async Task An_order_whose_receiver_says_nothing_runs_all_the_same()
    {
        await using var swarm = await TestSwarm.Start();
        swarm.Receiver.Hangs = int.MaxValue;
        var order = await Running(swarm);
        swarm.Chain.Close(order);
        await swarm.Until(order, o => o.Phase is OrderPhase.Completed, Cancel);
        Assert.Empty(swarm.Receiver.Taken);
        Assert.Equal("order-1-Running", Assert.Single(swarm.Receiver.Came.Select(c => c.Id).Distinct()));    // in order: the later one waits
        Assert.IsType<OrderDecision.Observed>(await Register(swarm, order, ""));
        await UntilOver(swarm, order);                                                                    // nobody wants to hear it any more
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_crash_before_the_delivery_is_remembered_delivers_the_same_again_and_loses_nothing(bool afterEffect)
    {
        await using var swarm = await TestSwarm.Start();
        var order = await Running(swarm, register: false);
        Assert.IsType<OrderDecision.Observed>(await Register(swarm, order, Url));
        swarm.Stored.FailNextWrite("order", swarm.Grains.Order(order), afterEffect);                       // the next write is the one after the delivery
        await UntilTaken(swarm, order, 1);
        await swarm.Until(order, _ => swarm.Stored.FaultsTaken == 1, Cancel);
        foreach (var silo in swarm.Cluster.Silos.ToList()) await swarm.Cluster.RestartSiloAsync(silo);    // also forgets what the deliverer knew
        swarm.Chain.Close(order);
        await swarm.Until(order, o => o.Phase is OrderPhase.Completed, Cancel);
        await UntilOver(swarm, order);
        var running = swarm.Receiver.Taken.Where(c => c.Id == "order-1-Running").ToList();
        Assert.InRange(running.Count, 1, 2);
        Assert.Single(running.Select(c => Encoding.UTF8.GetString(c.Body)).Distinct());
        Assert.Equal("order-1-Completed", swarm.Receiver.Taken[^1].Id);
    }

    [Fact]
    public async Task What_is_remembered_as_delivered_is_never_sent_again()
    {
        await using var swarm = await TestSwarm.Start();
        var order = await Running(swarm);
        await UntilTaken(swarm, order, 1);
        await swarm.Step(Cancel);
        await swarm.Step(Cancel);                                                                         // remembered by now
        foreach (var silo in swarm.Cluster.Silos.ToList()) await swarm.Cluster.RestartSiloAsync(silo);
        await swarm.Until(order, o => o.Phase is OrderPhase.Running, Cancel);
        Assert.IsType<OrderDecision.Observed>(await Register(swarm, order, "https://elsewhere.example/"));
        swarm.Chain.Close(order);
        await swarm.Until(order, o => o.Phase is OrderPhase.Completed, Cancel);
        await UntilOver(swarm, order);
        Assert.Equal(["order-1-Running", "order-1-Completed"], swarm.Receiver.Taken.Select(c => c.Id));
        Assert.Equal("https://elsewhere.example/", swarm.Receiver.Taken[1].Url);
    }

    [Fact]
    public async Task Only_the_customer_says_where_and_not_after_the_end()
    {
        await using var swarm = await TestSwarm.Start();
        Assert.IsType<OrderDecision.NotFound>(await swarm.Grains.Order(new OrderId(99)).SetWebhook(Url, [], Cancel));
        var order = await Running(swarm);
        Assert.IsType<OrderDecision.Unchanged>(await Register(swarm, order, Url));
        var other = Chain.Development.Anvil.Accounts[4];
        var refused = Assert.IsType<OrderDecision.Refused>(await Register(swarm, order, "https://thief.example/", other));
        Assert.Contains($"signed by {other.Address}", refused.Reason, StringComparison.Ordinal);
        swarm.Chain.Close(order);
        await swarm.Until(order, o => o.Phase is OrderPhase.Completed, Cancel);
        await UntilOver(swarm, order);
        Assert.Contains("is over", Assert.IsType<OrderDecision.Refused>(await Register(swarm, order, "https://late.example/")).Reason, StringComparison.Ordinal);
    }

    private static async Task<OrderId> Running(TestSwarm swarm, bool register = true)
    {
        swarm.AddNode("node-1", 1);
        var order = await swarm.PlaceOrder(stages: 1, Cancel);
        if (register)
        {
            await swarm.Until(order, _ => true, Cancel);
            Assert.IsType<OrderDecision.Observed>(await Register(swarm, order, Url));
        }
        await swarm.Until(order, o => o.Phase is OrderPhase.Running, Cancel);
        return order;
    }

    private static Task<OrderDecision> Register(TestSwarm swarm, OrderId order, string url, Account? signer = null)
    {
        var text = WebhookText.Registration(GuestForge.Chain.ChainId, GuestForge.Chain.OrderBook, order, url);
        return swarm.Grains.Order(order).SetWebhook(url, SignedMessage.Sign(text, signer ?? FakeChain.Customer), Cancel);
    }

    private static Task<OrderSnapshot> UntilTaken(TestSwarm swarm, OrderId order, int count) => swarm.Until(order, _ => swarm.Receiver.Taken.Length >= count, Cancel);

    private static async Task UntilOver(TestSwarm swarm, OrderId order)
    {
        for (var step = 0; step < 600; step++)
        {
            if (await swarm.Grains.Order(order).Reconcile(Cancel) is OrderDecision.Over) return;
            await Task.Delay(20, Cancel);
        }
        throw new TimeoutException($"Order {order} never was over.");
    }
}
