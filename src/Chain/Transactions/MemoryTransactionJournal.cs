using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace SwarmCompute.Chain.Transactions;

/// <summary>A journal that ends with the process: for wallets, where a person looks at what became of a command before repeating it.</summary>
public sealed class MemoryTransactionJournal : ITransactionJournal
{
    private readonly ConcurrentDictionary<ulong, JournalEntry> _entries = new();

    /// <inheritdoc/>
    public Task<ImmutableArray<JournalEntry>> Read(CancellationToken cancel) => Task.FromResult<ImmutableArray<JournalEntry>>([.. _entries.Values]);

    /// <inheritdoc/>
    public Task Write(JournalEntry entry, CancellationToken cancel)
    {
        _entries[entry.Nonce] = entry;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task Remove(ulong nonce, CancellationToken cancel)
    {
        _entries.TryRemove(nonce, out _);
        return Task.CompletedTask;
    }
}
