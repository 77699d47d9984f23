namespace SwarmCompute.Grains.Leases;

/// <summary>What is remembered of a slot's leases. <see cref="Fence"/> is the epoch that counts: the lease's, and after a loss one more.</summary>
[GenerateSerializer, Immutable, Alias("swarm.state.LeaseState")]
internal sealed record LeaseState
{
    [Id(0)] public LeaseEpoch Fence { get; init; }
    [Id(1)] public Lease? Last { get; init; }
    [Id(2)] public ImmutableArray<LostLease> Lost { get; init; } = [];
    /// <summary>What the head last signed; it outlives its lease, until the successor signs.</summary>
    [Id(3)] public SignedUsage? Usage { get; init; }
    /// <summary>The successor that is prepared: never the one that counts, and there only while <see cref="Last"/> is. Reserved to Attested.</summary>
    [Id(4)] public Lease? Next { get; init; }
    /// <summary>The highest epoch that a successor was ever prepared for: no other lease gets it.</summary>
    [Id(5)] public LeaseEpoch Prepared { get; init; }
}
