namespace SwarmCompute.Grains.Leases;

/// <summary>One lease of a slot, current or over.</summary>
[GenerateSerializer, Immutable, Alias("swarm.state.Lease")]
internal sealed record Lease
{
    [Id(0)] public required LeaseGrant Grant { get; init; }
    [Id(1)] public required LeaseStatus Status { get; init; }
    [Id(2)] public required DateTimeOffset Since { get; init; }
    [Id(3)] public int? ProcessId { get; init; }
    [Id(4)] public GuestIdentity? Identity { get; init; }
    [Id(5)] public long ReadyGeneration { get; init; }
    [Id(6)] public ImmutableArray<LostPeer> LostPeers { get; init; } = [];
    [Id(7)] public bool HasReport { get; init; }

    public bool IsOver => Status is LeaseStatus.Released or LeaseStatus.Lost;
}
