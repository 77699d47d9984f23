namespace SwarmCompute.Grains.Settlement;

/// <summary>An order's outbox, in the order of sending.</summary>
[GenerateSerializer, Immutable, Alias("swarm.state.SettlementState")]
internal sealed record SettlementState
{
    [Id(0)] public ImmutableArray<SettlementEntry> Entries { get; init; } = [];
}
