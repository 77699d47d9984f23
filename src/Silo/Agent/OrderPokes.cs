using SwarmCompute.Grains.Interfaces;

namespace SwarmCompute.Silo.Agent;

/// <summary>Has orders look at once when something happened to them. One call for an order at a time; what happens meanwhile makes one more.</summary>
internal sealed partial class OrderPokes(IGrainFactory grains, ILogger<OrderPokes> log)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<OrderId, bool> _again = [];

    /// <summary>Returns at once. If the order cannot look now, it does by itself within a second.</summary>
    public void Poke(OrderId order, CancellationToken cancel)
    {
        lock (_lock)
        {
            if (!_again.TryAdd(order, false))
            {
                _again[order] = true;
                return;
            }
        }
        _ = Run(order, cancel);
    }

    private async Task Run(OrderId order, CancellationToken cancel)
    {
        do
        {
            var answer = await Ask(order, cancel);
            if (answer.Fault is { } fault) LogNotNow(log, order, fault);
        }
        while (TakeNext(order) && !cancel.IsCancellationRequested);
    }

    private async Task<GrainAnswer<OrderDecision>> Ask(OrderId order, CancellationToken cancel)
    {
        try
        {
            return await GrainAnswer<OrderDecision>.From(() => grains.Order(order).Reconcile(cancel), cancel);
        }
        catch (Exception e) when (cancel.IsCancellationRequested)
        {
            return new GrainAnswer<OrderDecision>(null, e.Message);
        }
    }

    private bool TakeNext(OrderId order)
    {
        lock (_lock)
        {
            if (_again[order])
            {
                _again[order] = false;
                return true;
            }
            _again.Remove(order);
            return false;
        }
    }

    [LoggerMessage(5103, LogLevel.Information, "Order {Order} could not look at once: {Why}")]
    private static partial void LogNotNow(ILogger log, OrderId order, string why);
}
