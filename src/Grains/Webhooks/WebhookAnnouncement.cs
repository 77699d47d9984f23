namespace SwarmCompute.Grains.Webhooks;

/// <summary>A phase that an order reached, with what was known then: repeats say the same, whatever happened since.</summary>
[GenerateSerializer, Immutable, Alias("swarm.state.WebhookAnnouncement")]
internal sealed record WebhookAnnouncement
{
    [Id(0)] public required OrderPhase Phase { get; init; }
    /// <summary>When the swarm saw the phase first.</summary>
    [Id(1)] public required DateTimeOffset At { get; init; }
    [Id(2)] public Hash32? ReportHash { get; init; }
    [Id(3)] public required Wei Deposited { get; init; }
    [Id(4)] public required Wei Paid { get; init; }
    [Id(5)] public required Wei Refunded { get; init; }
    [Id(6)] public required WebhookOutcome Outcome { get; init; }
}
