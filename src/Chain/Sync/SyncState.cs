using System.Collections.Immutable;

namespace SwarmCompute.Chain.Sync;

/// <summary>All that a follower of the chain must remember. Store it as one record, after the effects of the step that gave it.</summary>
public sealed record SyncState
{
    /// <summary>The chain.</summary>
    public required ulong ChainId { get; init; }

    /// <summary>The block in which the order book was created: tells this chain from another of the same id; null before it was final.</summary>
    public Hash32? DeployHash { get; init; }

    /// <summary>Everything up to this block was delivered as final; null before the first read.</summary>
    public BlockId? Final { get; init; }

    /// <summary>The blocks above <see cref="Final"/>, each the parent of the next, without a gap.</summary>
    public ImmutableArray<HotBlock> Hot { get; init; } = [];

    /// <summary>By order that is not over as of <see cref="Final"/>: the sequence of its last final event.</summary>
    public ImmutableSortedDictionary<ulong, uint> Sequences { get; init; } = ImmutableSortedDictionary<ulong, uint>.Empty;

    /// <summary>The newest block that was followed; null before the first read.</summary>
    public BlockId? Head => Hot.IsEmpty ? Final : Hot[^1].Id;

    /// <summary>The events above <see cref="Final"/>, in order.</summary>
    public IEnumerable<OrderEvent> HotEvents => Hot.SelectMany(block => block.Events);
}
