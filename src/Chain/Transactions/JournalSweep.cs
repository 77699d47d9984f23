using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using SwarmCompute.Chain.JsonRpc;

namespace SwarmCompute.Chain.Transactions;

/// <summary>Looks after one account's journalled transactions; in the account's turn only.</summary>
internal sealed class JournalSweep(IChainRequests chain, Account account, ITransactionJournal journal, AccountTransactions transactions)
{
    private const int GapMax = 64;
    private const ulong TransferGas = 21_000;

    /// <summary>How many final transactions stay in the journal whose sender has not asked what became of them.</summary>
    private const ulong KeptFinal = 64;

    private readonly ConcurrentDictionary<ulong, bool> _told = new();

    /// <summary>Whoever sent a nonce's transaction knows that it was mined: its entry goes when it is final.</summary>
    public void Told(ulong nonce) => _told[nonce] = true;

    /// <summary>Gives every journalled transaction what it needs, and removes those that are done; all but one purpose's.</summary>
    public async Task<ImmutableArray<RecoveredTransaction>> Sweep(string? except, CancellationToken cancel)
    {
        var entries = (await journal.Read(cancel).ConfigureAwait(false)).Where(e => e.Purpose != except).OrderBy(e => e.Nonce).ToArray();
        if (entries.Length == 0) return [];
        var final = await transactions.Count(chain.Options.Finality, cancel).ConfigureAwait(false);
        var latest = await transactions.Count("latest", cancel).ConfigureAwait(false);
        var found = ImmutableArray.CreateBuilder<RecoveredTransaction>(entries.Length);
        foreach (var entry in entries)
        {
            var fate = await FateOf(entry, latest, final, cancel).ConfigureAwait(false);
            if (fate == TransactionFate.Offered) await transactions.OfferAgain(entry, cancel).ConfigureAwait(false);
            var isDone = fate == TransactionFate.Final && (_told.ContainsKey(entry.Nonce) || entry.Nonce + KeptFinal < final);
            if (isDone || fate == TransactionFate.Void)
            {
                await journal.Remove(entry.Nonce, entry.Purpose, cancel).ConfigureAwait(false);
                _told.TryRemove(entry.Nonce, out _);
            }
            found.Add(new RecoveredTransaction(entry.Nonce, entry.Purpose, fate));
        }
        await FillHoles(entries[^1].Nonce, cancel).ConfigureAwait(false);
        return found.ToImmutable();
    }

    /// <summary>
    /// Where the chain waits for a nonce below one that was given out: offers what the journal has for it, or else an empty transfer of the
    /// account to itself, for a transaction behind a hole is never mined.
    /// </summary>
    public async Task<int> FillHoles(ulong below, CancellationToken cancel)
    {
        var first = await transactions.Count("pending", cancel).ConfigureAwait(false);
        if (first >= below) return 0;
        var entries = (await journal.Read(cancel).ConfigureAwait(false)).ToDictionary(e => e.Nonce);
        var price = await transactions.GasPrice(cancel).ConfigureAwait(false);
        var holes = 0;
        for (var nonce = first; nonce < below && holes < GapMax; nonce++, holes++)
        {
            if (!entries.TryGetValue(nonce, out var entry))
            {
                entry = JournalEntry.Begin(nonce, string.Create(CultureInfo.InvariantCulture, $"hole {nonce}"), account.Address, ReadOnlyMemory<byte>.Empty, Wei.Zero, TransferGas, price, account, chain.Options.ChainId);
                if (!await journal.Write(entry, cancel).ConfigureAwait(false)) continue;     // another process has just taken it
                _told[nonce] = true;
            }
            await transactions.OfferAgain(entry, cancel).ConfigureAwait(false);
        }
        return holes;
    }

    private async Task<TransactionFate> FateOf(JournalEntry entry, ulong latest, ulong final, CancellationToken cancel)
    {
        if (await transactions.Receipt(entry, cancel).ConfigureAwait(false) is not null) return entry.Nonce < final ? TransactionFate.Final : TransactionFate.Mined;
        if (latest <= entry.Nonce) return TransactionFate.Offered;
        return await transactions.IsVoid(entry, cancel).ConfigureAwait(false) ? TransactionFate.Void : TransactionFate.Unclear;
    }
}
