namespace SwarmCompute.Grains.ChainFeed;

/// <summary>How far the chain is followed, and which orders are not over. Saved after the orders were told.</summary>
[GenerateSerializer, Immutable, Alias("swarm.state.ChainFeedState")]
internal sealed record ChainFeedState
{
    /// <summary>The block after the newest final one; null before the first read.</summary>
    [Id(0)] public ulong? NextBlock { get; init; }
    /// <summary>The newest final block's hash.</summary>
    [Id(1)] public Hash32? LastBlockHash { get; init; }
    [Id(2)] public ImmutableSortedSet<ulong> Unfinished { get; init; } = [];
    /// <summary>Null before the first read.</summary>
    [Id(3)] public ulong? ChainId { get; init; }
    [Id(4)] public Hash32? DeployHash { get; init; }
    [Id(5)] public ImmutableArray<HotBlockRecord> Hot { get; init; } = [];
    [Id(6)] public ImmutableSortedDictionary<ulong, uint> Sequences { get; init; } = ImmutableSortedDictionary<ulong, uint>.Empty;
    /// <summary>Orders that may have been told of events that are not final. Saved before they are.</summary>
    [Id(7)] public ImmutableSortedSet<ulong> Foreseeing { get; init; } = [];
    /// <summary>Orders that refused their events, and why.</summary>
    [Id(8)] public ImmutableSortedDictionary<ulong, string> Stopped { get; init; } = ImmutableSortedDictionary<ulong, string>.Empty;
}
