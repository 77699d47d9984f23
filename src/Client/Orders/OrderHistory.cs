using System.Collections.Immutable;
using SwarmCompute.Chain;
using SwarmCompute.Chain.Sync;

namespace SwarmCompute.Client.Orders;

/// <summary>Everything final that the chain says about one order.</summary>
/// <param name="Events">Its events, in order.</param>
/// <param name="AsOf">The final block up to which these are all.</param>
public sealed record OrderHistory(ImmutableArray<OrderEvent> Events, BlockId AsOf)
{
    /// <summary>The order as the events leave it; null where the chain knows no such order.</summary>
    /// <exception cref="ChainException">An event is missing (<see cref="ChainErrorKind.Inconsistent"/>): the order's own count of its events proves that none is.</exception>
    public OrderView? View => OrderView.Fold(Events);

    /// <summary>Reads the order's logs from the contract's first block to the last final one.</summary>
    /// <exception cref="ChainException">The chain does not answer, or contradicts itself.</exception>
    public static async Task<OrderHistory> Read(ChainClient chain, OrderId order, CancellationToken cancel)
    {
        var (events, asOf) = await new ChainSync(chain, SyncOptions.Of(chain.Options.Profile)).ReadOrder(order, cancel);
        return new OrderHistory(events, asOf);
    }
}
