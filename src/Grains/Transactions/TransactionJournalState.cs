namespace SwarmCompute.Grains.Transactions;

/// <summary>An account's transactions that are not final yet, by nonce.</summary>
[GenerateSerializer, Immutable, Alias("swarm.state.TransactionJournalState")]
internal sealed record TransactionJournalState
{
    [Id(0)] public ImmutableArray<JournalRecord> Records { get; init; } = [];
}
