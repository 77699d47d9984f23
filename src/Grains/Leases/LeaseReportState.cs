namespace SwarmCompute.Grains.Leases;

/// <summary>The signed report of a slot's guest, apart from the rest because of its size.</summary>
[GenerateSerializer, Immutable, Alias("swarm.state.LeaseReportState")]
internal sealed record LeaseReportState
{
    [Id(0)] public LeaseEpoch Epoch { get; init; }
    [Id(1)] public SignedReportRecord? Report { get; init; }
}
