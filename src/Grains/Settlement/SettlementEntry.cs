namespace SwarmCompute.Grains.Settlement;

/// <summary>An intent and how far it is.</summary>
[GenerateSerializer, Immutable, Alias("swarm.state.SettlementEntry")]
internal sealed record SettlementEntry
{
    [Id(0)] public required SettlementIntent Intent { get; init; }
    [Id(1)] public bool IsDone { get; init; }
    [Id(2)] public int Attempts { get; init; }
    [Id(3)] public string? Error { get; init; }
}
