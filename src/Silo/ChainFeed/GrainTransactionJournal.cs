using System.Collections.Immutable;
using SwarmCompute.Chain;
using SwarmCompute.Chain.Transactions;
using SwarmCompute.Grains.Interfaces;

namespace SwarmCompute.Silo.ChainFeed;

/// <summary>The journal of this silo's account, kept by a grain: it outlives the silo, and silos with the same account share it.</summary>
internal sealed class GrainTransactionJournal(ITransactionJournalGrain grain) : ITransactionJournal
{
    public async Task<ImmutableArray<JournalEntry>> Read(CancellationToken cancel) => [.. (await Ask(() => grain.Read(cancel), cancel)).Select(Entry)];

    public async Task<bool> Write(JournalEntry entry, CancellationToken cancel) => await Ask(() => grain.Write(Record(entry), cancel), cancel) switch
    {
        JournalDecision.Written => true,
        JournalDecision.Taken => false,
        JournalDecision.Refused refused => throw new ChainException(ChainErrorKind.Journal, $"Transaction {entry.Nonce} ({entry.Purpose}) is not kept, and so not sent: {refused.Why}."),
        var other => throw new NotSupportedException($"{other.GetType().Name} is no decision that this version knows."),
    };

    public Task Remove(ulong nonce, string purpose, CancellationToken cancel) => Ask(() => grain.Remove(nonce, purpose, cancel), cancel);

    private static async Task<T> Ask<T>(Func<Task<T>> ask, CancellationToken cancel)
    {
        try
        {
            return await ask();
        }
        catch (Exception fault) when (!cancel.IsCancellationRequested)
        {
            throw new ChainException(ChainErrorKind.Journal, $"The journal of transactions does not answer ({fault.GetType().Name}: {fault.Message}).", fault);
        }
    }

    private static JournalRecord Record(JournalEntry entry) => new()
    {
        Nonce = entry.Nonce,
        Purpose = entry.Purpose,
        To = entry.To,
        Data = entry.Data.ToArray(),
        Value = entry.Value,
        GasLimit = entry.GasLimit,
        GasPrice = entry.GasPrice,
        Hashes = entry.Hashes,
    };

    private static JournalEntry Entry(JournalRecord r) => new(r.Nonce, r.Purpose, r.To, r.Data, r.Value, r.GasLimit, r.GasPrice, r.Hashes);
}
