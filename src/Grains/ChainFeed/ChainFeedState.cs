namespace SwarmCompute.Grains.ChainFeed;

/// <summary>How far the chain is followed, and which orders are not over.</summary>
[GenerateSerializer, Immutable, Alias("swarm.state.ChainFeedState")]
internal sealed record ChainFeedState
{
    /// <summary>Null before the first read.</summary>
    [Id(0)] public ulong? NextBlock { get; init; }
    [Id(1)] public Hash32? LastBlockHash { get; init; }
    [Id(2)] public ImmutableSortedSet<ulong> Unfinished { get; init; } = [];
}
