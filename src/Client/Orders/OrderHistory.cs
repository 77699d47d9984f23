using System.Collections.Immutable;
using SwarmCompute.Chain;

namespace SwarmCompute.Client.Orders;

/// <summary>Everything final that the chain says about one order.</summary>
/// <param name="Events">Its events, in order.</param>
public sealed record OrderHistory(ImmutableArray<OrderEvent> Events)
{
    /// <summary>The order as the events leave it; null where the chain knows no such order.</summary>
    public OrderView? View => OrderView.Fold(Events);

    /// <summary>Reads the order book's log from the contract's first block to the last final one.</summary>
    /// <exception cref="ChainException">The chain does not answer, or contradicts itself.</exception>
    public static async Task<OrderHistory> Read(ChainClient chain, OrderId order, CancellationToken cancel)
    {
        var log = new OrderLog(chain);
        var events = ImmutableArray.CreateBuilder<OrderEvent>();
        var cursor = log.Start;
        while (true)
        {
            var (some, next) = await log.ReadFinalized(cursor, cancel);
            events.AddRange(some.Where(e => e.Order == order));
            if (next == cursor) return new OrderHistory(events.ToImmutable());
            cursor = next;
        }
    }
}
