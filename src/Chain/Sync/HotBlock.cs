using System.Collections.Immutable;

namespace SwarmCompute.Chain.Sync;

/// <summary>A block that was followed and is not final: it may be undone.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Hash">Its hash.</param>
/// <param name="Parent">The hash of the block before it.</param>
/// <param name="Events">The order book's events in it, applied and not undone, in order.</param>
public sealed record HotBlock(ulong Number, Hash32 Hash, Hash32 Parent, ImmutableArray<OrderEvent> Events)
{
    /// <summary>Number and hash.</summary>
    public BlockId Id => new(Number, Hash);
}
