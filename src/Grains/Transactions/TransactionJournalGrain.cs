namespace SwarmCompute.Grains.Transactions;

/// <summary>Keeps one account's journal. A record is durable before its transaction is offered, so no process forgets one.</summary>
internal sealed class TransactionJournalGrain(
    [PersistentState("journal", SwarmGrainsHosting.StorageName)] IPersistentState<TransactionJournalState> state) : Grain, ITransactionJournalGrain
{
    public Task<ImmutableArray<JournalRecord>> Read(CancellationToken cancel) => Task.FromResult(state.State.Records);

    public async Task<JournalDecision> Write(JournalRecord record, CancellationToken cancel)
    {
        var (next, decision) = TransactionJournalRules.Write(state.State, record);
        if (!ReferenceEquals(next, state.State)) await this.Save(state, next, cancel);
        return decision;
    }

    public async Task<bool> Remove(ulong nonce, string purpose, CancellationToken cancel)
    {
        var next = TransactionJournalRules.Remove(state.State, nonce, purpose);
        if (ReferenceEquals(next, state.State)) return false;
        await this.Save(state, next, cancel);
        return true;
    }
}
