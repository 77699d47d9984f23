using System.Collections.Immutable;

namespace SwarmCompute.Chain.Transactions;

/// <summary>
/// Port: the durable record of one account's transactions that are not final yet. What a method did is durable when it returns; after a
/// crash in between, either all of it has happened or nothing. An entry is the lease of its nonce: processes that send with one account
/// share its journal, and never give a nonce to two purposes, or a purpose two nonces.
/// </summary>
public interface ITransactionJournal
{
    /// <summary>All entries, in any order.</summary>
    /// <exception cref="ChainException">The journal cannot be reached.</exception>
    Task<ImmutableArray<JournalEntry>> Read(CancellationToken cancel);

    /// <summary>Adds an entry, or puts it in the place of the one with its nonce and purpose.</summary>
    /// <returns>False, and nothing is written, where its nonce has another purpose, or its purpose another nonce.</returns>
    /// <exception cref="ChainException">The journal cannot be reached; it may have been written.</exception>
    Task<bool> Write(JournalEntry entry, CancellationToken cancel);

    /// <summary>Removes the entry of a nonce and a purpose, where there is one.</summary>
    /// <exception cref="ChainException">The journal cannot be reached; it may have been removed.</exception>
    Task Remove(ulong nonce, string purpose, CancellationToken cancel);
}
