using System.Collections.Immutable;

namespace SwarmCompute.Chain.Sync;

/// <summary>What is final: read by ranges, and counted only when separate reads, of two endpoints where there are several, give the same.</summary>
internal sealed class FinalZone(IChainSource source, ChainOptions chain, SyncOptions options)
{
    /// <summary>Up to this many blocks of an empty range are looked at one by one where no second endpoint can say that it is empty.</summary>
    private const ulong FiltersMax = 32;

    private readonly LogRange _range = new(chain.LogRangeMax);
    private readonly LogRange _again = new(chain.LogRangeMax);

    /// <summary>Makes hot blocks final up to one that is. Their events, read by hash before, must be those of the range, as two endpoints give it where there are several.</summary>
    /// <returns>The state, unchanged where the block is not among the hot ones, or where it cannot be confirmed.</returns>
    public async Task<(SyncState Next, ImmutableArray<OrderEvent> Final)> Promote(int endpoint, SyncState state, BlockId final, List<SyncAlarm> alarms, CancellationToken cancel)
    {
        if (state.Hot.FirstOrDefault(block => block.Number == final.Number) is not { } here) return (state, []);
        if (options.Mutant is SyncMutant.NumberOnly) return SyncRules.Promote(state, final.Number);
        if (here.Hash != final.Hash)
        {
            alarms.Add(new SyncAlarm(SyncAlarmKind.Disagreement, $"The newest block lies above {here.Id}, but 0x{final.Hash} is named as final; nothing new counts as final."));
            return (state, []);
        }
        var (next, events) = SyncRules.Promote(state, final.Number);
        var first = state.Final!.Value.Number + 1;
        foreach (var witness in new[] { endpoint, Other(endpoint) }.Distinct())
        {
            if (await TryAgain(witness, first, final.Number, alarms, cancel).ConfigureAwait(false) is not { } logs) return (state, []);
            var again = Events(logs);
            if (again.SequenceEqual(events)) continue;
            alarms.Add(new SyncAlarm(SyncAlarmKind.Unconfirmed, $"Up to block {final.Number}, {events.Length} events were read block by block, and others ({again.Length}) as a range; all are read again."));
            return (state, []);
        }
        return (next, events);
    }

    /// <summary>Reads the next range up to what is final.</summary>
    /// <exception cref="ChainException">No answer, or one that contradicts what was final, itself, or another endpoint's.</exception>
    public async Task<(SyncState Next, ImmutableArray<OrderEvent> Final)> ReadRange(
        int endpoint, SyncState state, BlockId final, Action<SyncState, ImmutableArray<OrderEvent>> check, CancellationToken cancel)
    {
        await CheckUnchanged(endpoint, state, cancel).ConfigureAwait(false);
        var first = Math.Max(chain.DeployBlock, state.Final is { } before ? before.Number + 1 : 0);
        var (logs, lastNumber) = await _range.Read(source, endpoint, first, final.Number, order: null, cancel).ConfigureAwait(false);
        var last = lastNumber == final.Number ? final : await Block(endpoint, lastNumber, cancel).ConfigureAwait(false);
        if (logs.LastOrDefault() is { } newest && newest.Block == last.Number && newest.BlockHash != last.Hash)
            throw new ChainException(ChainErrorKind.Inconsistent, $"An endpoint contradicts itself: block {last.Number} has two hashes.");
        await Confirm(endpoint, first, last.Number, logs, cancel).ConfigureAwait(false);
        var events = Events(logs);
        check(state, events);
        return (SyncRules.Append(state, events, last), events);
    }

    /// <summary>One order's final events.</summary>
    /// <exception cref="ChainException">No answer, or one that contradicts the question.</exception>
    public async Task<ImmutableArray<OrderEvent>> ReadOrder(int endpoint, OrderId order, ulong first, ulong last, CancellationToken cancel)
    {
        var events = Events(await _range.ReadAll(source, endpoint, first, last, order, cancel).ConfigureAwait(false));
        return events.All(happened => happened.Order == order)
            ? events
            : throw new ChainException(ChainErrorKind.Inconsistent, $"Asked for the events of order {order}, an endpoint gave another's.");
    }

    private async Task CheckUnchanged(int endpoint, SyncState state, CancellationToken cancel)
    {
        if (state.Final is not { } ours || options.Mutant is SyncMutant.NumberOnly) return;
        var there = await Block(endpoint, ours.Number, cancel).ConfigureAwait(false);
        if (there.Hash != ours.Hash)
            throw new ChainException(ChainErrorKind.Inconsistent, $"Block {ours} was final, and is now 0x{there.Hash}; nothing is done until a person has looked.");
    }

    /// <summary>Another endpoint must give the same. Where there is none, the filters of an empty range must not speak against it.</summary>
    private async Task Confirm(int endpoint, ulong first, ulong last, ImmutableArray<BookLog> logs, CancellationToken cancel)
    {
        if (Other(endpoint) != endpoint)
        {
            var again = await _again.ReadAll(source, Other(endpoint), first, last, order: null, cancel).ConfigureAwait(false);
            if (!Events(again).SequenceEqual(Events(logs)))
                throw new ChainException(ChainErrorKind.Inconsistent, $"Two endpoints give different events of blocks {first} to {last}.");
            return;
        }
        if (!logs.IsEmpty) return;
        for (var number = last - first < FiltersMax ? first : last; number <= last; number++)
        {
            var header = await source.Header(endpoint, number, cancel).ConfigureAwait(false);
            if (header is null || !header.Bloom.MayHold(source.Book)) continue;
            if ((await source.Logs(endpoint, header.Hash, cancel).ConfigureAwait(false)).IsEmpty) continue;
            throw new ChainException(ChainErrorKind.Inconsistent, $"An endpoint keeps back the logs of block {header.Id}.");
        }
    }

    private async Task<ImmutableArray<BookLog>?> TryAgain(int endpoint, ulong first, ulong last, List<SyncAlarm> alarms, CancellationToken cancel)
    {
        try
        {
            return await _again.ReadAll(source, endpoint, first, last, order: null, cancel).ConfigureAwait(false);
        }
        catch (ChainException fault)
        {
            alarms.Add(new SyncAlarm(SyncAlarmKind.LaggingEndpoint, $"Endpoint {endpoint + 1} cannot confirm blocks {first} to {last}: {fault.Message}"));
            return null;
        }
    }

    private async Task<BlockId> Block(int endpoint, ulong number, CancellationToken cancel) =>
        (await source.Header(endpoint, number, cancel).ConfigureAwait(false))?.Id
        ?? throw new ChainException(ChainErrorKind.Rejected, $"An endpoint has no block {number}, although a later one is final.");

    private int Other(int endpoint) => (endpoint + 1) % source.Endpoints;

    private static ImmutableArray<OrderEvent> Events(ImmutableArray<BookLog> logs) => [.. logs.Select(log => log.Event).OfType<OrderEvent>()];
}
