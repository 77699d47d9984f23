using SwarmCompute.Chain;
using SwarmCompute.Chain.Sync;

namespace SwarmCompute.Grains.ChainFeed;

/// <summary>The port through which grains read the chain. Every failure is a <see cref="ChainException"/>.</summary>
public interface IChainReader
{
    /// <summary>Looks at the chain and takes in what is new, as <see cref="ChainSync.Step"/>.</summary>
    /// <exception cref="ChainException">The chain cannot be read, or contradicts what was read of it (<see cref="ChainErrorKind.Inconsistent"/>).</exception>
    Task<SyncStep> Step(SyncState state, CancellationToken cancel);

    /// <summary>Reads one order's final events again, from a block on, as <see cref="ChainSync.ReadOrder(OrderId, ulong, SyncState, CancellationToken)"/>.</summary>
    /// <exception cref="ChainException">The chain cannot be read.</exception>
    Task<ImmutableArray<OrderEvent>> ReadOrder(OrderId order, ulong from, SyncState state, CancellationToken cancel);

    /// <summary>Asks the contract for an order as of the finalized or the latest block; null where there is none.</summary>
    /// <exception cref="ChainException">The chain cannot be read.</exception>
    Task<OrderView?> Read(OrderId order, bool finalized, CancellationToken cancel);
}
