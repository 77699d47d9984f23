using SwarmCompute.Chain;

namespace SwarmCompute.Grains.ChainFeed;

/// <summary>The port through which grains read the chain. Every failure is a <see cref="ChainException"/>.</summary>
public interface IChainReader
{
    /// <summary>Reads a bounded range of finalized events from a cursor on; the cursor comes back unchanged where nothing is newer.</summary>
    /// <exception cref="ChainException">The chain cannot be read, or its finalized block went back.</exception>
    Task<(ImmutableArray<OrderEvent> Events, ChainCursor Next)> ReadFinalized(ChainCursor from, CancellationToken cancel);

    /// <summary>Asks the contract for an order as of the finalized or the latest block; null where there is none.</summary>
    /// <exception cref="ChainException">The chain cannot be read.</exception>
    Task<OrderView?> Read(OrderId order, bool finalized, CancellationToken cancel);
}
