namespace SwarmCompute.Grains.Interfaces;

/// <summary>One slot's lease, current or over, and its lost predecessors.</summary>
[GenerateSerializer, Immutable, Alias("swarm.LeaseSnapshot")]
public sealed record LeaseSnapshot
{
    /// <summary>The slot.</summary>
    [Id(0)] public required LeaseId Id { get; init; }
    /// <summary>The epoch that counts now: the current lease's, or, after a loss, the one that its successor will have at least.</summary>
    [Id(1)] public required LeaseEpoch Fence { get; init; }
    /// <summary>The last grant; null before the first.</summary>
    [Id(2)] public LeaseGrant? Grant { get; init; }
    /// <summary>Its status; null before the first grant.</summary>
    [Id(3)] public LeaseStatus? Status { get; init; }
    /// <summary>Since when it has this status.</summary>
    [Id(4)] public DateTimeOffset Since { get; init; }
    /// <summary>The guest's process, where known.</summary>
    [Id(5)] public int? ProcessId { get; init; }
    /// <summary>The certified guest, from Attested on.</summary>
    [Id(6)] public GuestIdentity? Identity { get; init; }
    /// <summary>The map generation for which its stage stood last; 0 for none.</summary>
    [Id(7)] public long ReadyGeneration { get; init; }
    /// <summary>Tokens served, as last heard.</summary>
    [Id(8)] public long CompletionTokens { get; init; }
    /// <summary>Neighbours that this guest has lost, by slot.</summary>
    [Id(9)] public ImmutableArray<LostPeer> LostPeers { get; init; } = [];
    /// <summary>Whether the last grant's guest gave a signed report; it stays readable when the guest is gone.</summary>
    [Id(10)] public bool HasReport { get; init; }
    /// <summary>Lost leases of this slot, oldest first, at most <see cref="WireLimits.LostLeasesMax"/>.</summary>
    [Id(11)] public ImmutableArray<LostLease> Lost { get; init; } = [];
    /// <summary>The last word of a head on what it served, the current one's or a lost one's; null for other slots.</summary>
    [Id(12)] public SignedUsage? Usage { get; init; }
    /// <summary>The successor that is prepared beside the current lease; null where there is none.</summary>
    [Id(13)] public NextLease? Next { get; init; }
    /// <summary>The highest epoch that a successor was ever prepared for.</summary>
    [Id(14)] public LeaseEpoch Prepared { get; init; }
    /// <summary>How much longer its stage's calls take than their best ones did, in percent, where that has lasted; else 0.</summary>
    [Id(15)] public int SlowPercent { get; init; }

    /// <summary>Whether the last grant still counts.</summary>
    public bool IsCurrent => Status is not (null or LeaseStatus.Released or LeaseStatus.Lost);
}
