using System.Collections.Immutable;

namespace SwarmCompute.Chain.Transactions;

/// <summary>A journal that ends with the process: for wallets, where a person looks at what became of a command before repeating it.</summary>
public sealed class MemoryTransactionJournal : ITransactionJournal
{
    private readonly Lock _gate = new();
    private ImmutableArray<JournalEntry> _entries = [];

    /// <inheritdoc/>
    public Task<ImmutableArray<JournalEntry>> Read(CancellationToken cancel)
    {
        lock (_gate) return Task.FromResult(_entries);
    }

    /// <inheritdoc/>
    public Task<bool> Write(JournalEntry entry, CancellationToken cancel)
    {
        lock (_gate)
        {
            if (_entries.Any(e => (e.Nonce == entry.Nonce) != (e.Purpose == entry.Purpose))) return Task.FromResult(false);
            _entries = _entries.RemoveAll(e => e.Nonce == entry.Nonce).Add(entry);
            return Task.FromResult(true);
        }
    }

    /// <inheritdoc/>
    public Task Remove(ulong nonce, string purpose, CancellationToken cancel)
    {
        lock (_gate) _entries = _entries.RemoveAll(e => e.Nonce == nonce && e.Purpose == purpose);
        return Task.CompletedTask;
    }
}
