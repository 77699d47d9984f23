namespace SwarmCompute.Grains.Orders;

/// <summary>The signed report, kept when its guest is gone.</summary>
[GenerateSerializer, Immutable, Alias("swarm.state.OrderReportState")]
internal sealed record OrderReportState
{
    [Id(0)] public SignedReportRecord? Report { get; init; }
    [Id(1)] public LeaseEpoch Epoch { get; init; }
    [Id(2)] public Hash32 KeyX { get; init; }
    [Id(3)] public Hash32 KeyY { get; init; }
}
