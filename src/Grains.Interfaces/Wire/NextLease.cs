namespace SwarmCompute.Grains.Interfaces;

/// <summary>A prepared successor of a slot's current lease. It counts for nothing until that one ends.</summary>
[GenerateSerializer, Immutable, Alias("swarm.NextLease")]
public sealed record NextLease
{
    /// <summary>Its grant; the epoch is above the current lease's.</summary>
    [Id(0)] public required LeaseGrant Grant { get; init; }
    /// <summary>Reserved, Launching, Attesting or Attested.</summary>
    [Id(1)] public required LeaseStatus Status { get; init; }
    /// <summary>Since when it has this status.</summary>
    [Id(2)] public required DateTimeOffset Since { get; init; }
    /// <summary>The guest's process, where known.</summary>
    [Id(3)] public int? ProcessId { get; init; }
    /// <summary>The certified guest, once attested.</summary>
    [Id(4)] public GuestIdentity? Identity { get; init; }
    /// <summary>Finished frames that the current holder has not sent it yet, as last heard; null while it is not linked.</summary>
    [Id(5)] public int? Lag { get; init; }
    /// <summary>Whether its layers are loaded, as it last said itself.</summary>
    [Id(6)] public bool IsLoaded { get; init; }
}
