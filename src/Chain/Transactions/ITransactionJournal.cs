using System.Collections.Immutable;

namespace SwarmCompute.Chain.Transactions;

/// <summary>
/// Port: the durable record of one account's transactions that are not final yet. What a method did is durable when it returns; after a
/// crash in between, either all of it has happened or nothing. Only one process at a time may use an account's journal.
/// </summary>
public interface ITransactionJournal
{
    /// <summary>All entries, in any order.</summary>
    Task<ImmutableArray<JournalEntry>> Read(CancellationToken cancel);

    /// <summary>Adds an entry, or puts it in the place of the one with its nonce.</summary>
    Task Write(JournalEntry entry, CancellationToken cancel);

    /// <summary>Removes the entry of a nonce, where there is one.</summary>
    Task Remove(ulong nonce, CancellationToken cancel);
}
