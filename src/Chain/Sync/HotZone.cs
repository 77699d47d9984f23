using System.Collections.Immutable;

namespace SwarmCompute.Chain.Sync;

/// <summary>The blocks that are not final: known by hash, linked by parents, undone when the chain leaves them.</summary>
internal sealed class HotZone(IChainSource source, SyncOptions options)
{
    /// <summary>The most blocks that one step takes in.</summary>
    private const int BlocksInAStepMax = 64;

    private bool _isDistrusted;

    /// <summary>The hot blocks gave other events when they were read again: the next step undoes them all and begins anew.</summary>
    public void Distrust() => _isDistrusted = true;

    /// <summary>Goes from the newest block down to one that is known, undoes what is above that, and takes in the new branch.</summary>
    /// <exception cref="ChainException">The branch cannot be read, or contradicts what is final or itself.</exception>
    public async Task<(SyncState Next, ImmutableArray<OrderEvent> Undone, ImmutableArray<OrderEvent> Applied, bool IsBehind)> Follow(
        int endpoint, SyncState state, BlockHeader latest, Action<SyncState, ImmutableArray<OrderEvent>> check, List<SyncAlarm> alarms, CancellationToken cancel)
    {
        var final = state.Final!.Value;
        if (_isDistrusted)
        {
            _isDistrusted = false;
            var (empty, all) = SyncRules.UndoTo(state, final.Number);
            return (empty, all, [], true);
        }
        if (latest.Number < final.Number)
        {
            alarms.Add(new SyncAlarm(SyncAlarmKind.LaggingEndpoint, $"The newest block is {latest.Number} there, below the final block {final.Number}."));
            return (state, [], [], false);
        }
        if (latest.Number - final.Number > (ulong)options.HotDepthMax)
        {
            alarms.Add(new SyncAlarm(SyncAlarmKind.FinalityLag, $"{latest.Number - final.Number} blocks are not final; they are not followed before they are {options.HotDepthMax} or fewer."));
            return (state, [], [], false);
        }
        var (branch, known) = await Walk(endpoint, state, latest, cancel).ConfigureAwait(false);
        var (next, undone) = SyncRules.UndoTo(state, known);
        var applied = ImmutableArray.CreateBuilder<OrderEvent>();
        foreach (var header in branch.Take(BlocksInAStepMax))
        {
            var events = await ReadEvents(endpoint, header, cancel).ConfigureAwait(false);
            check(next, events);
            next = Put(next, new HotBlock(header.Number, header.Hash, header.Parent, events));
            applied.AddRange(events);
        }
        return (next, undone, applied.ToImmutable(), branch.Count > BlocksInAStepMax);
    }

    /// <summary>Undoes the hot blocks that are not on the chain up to a final number, or are above it.</summary>
    /// <exception cref="ChainException">No answer.</exception>
    public async Task<(SyncState Next, ImmutableArray<OrderEvent> Undone)> UndoOrphans(int endpoint, SyncState state, ulong final, CancellationToken cancel)
    {
        foreach (var block in state.Hot.Reverse().Where(block => block.Number <= final))
        {
            var there = await source.Header(endpoint, block.Number, cancel).ConfigureAwait(false);
            if (there?.Hash == block.Hash || IsNumberEnough) return SyncRules.UndoTo(state, block.Number);
        }
        return SyncRules.UndoTo(state, state.Final!.Value.Number);
    }

    private bool IsNumberEnough => options.Mutant is SyncMutant.NumberOnly;

    private SyncState Put(SyncState state, HotBlock block) => IsNumberEnough ? state with { Hot = state.Hot.Add(block) } : SyncRules.Extend(state, block);

    /// <summary>The headers above the highest known block on the branch of the newest one, the lowest first; and that block's number.</summary>
    private async Task<(Stack<BlockHeader> Branch, ulong Known)> Walk(int endpoint, SyncState state, BlockHeader latest, CancellationToken cancel)
    {
        var branch = new Stack<BlockHeader>();
        for (var at = latest; ;)
        {
            if (IsNumberEnough && at.Number <= state.Head!.Value.Number) return (branch, state.Head.Value.Number);
            if (SyncRules.Knows(state, at.Id)) return (branch, at.Number);
            if (at.Number <= state.Final!.Value.Number)
                throw new ChainException(ChainErrorKind.Inconsistent, $"Block {state.Final} was final, and the newest block {latest.Number} has {at.Id} below it; nothing is done until a person has looked.");
            if (branch.Count == options.HotDepthMax)
                throw new ChainException(ChainErrorKind.Inconsistent, $"The newest block {latest.Id} is more than {options.HotDepthMax} blocks above any known one.");
            branch.Push(at);
            var parent = await source.Header(endpoint, at.Parent, cancel).ConfigureAwait(false)
                ?? throw new ChainException(ChainErrorKind.Rejected, $"An endpoint has no block 0x{at.Parent}, the parent of {at.Id}.");
            if (parent.Number + 1 != at.Number) throw new ChainException(ChainErrorKind.Inconsistent, $"Block {at.Id} has the parent {parent.Id}.");
            at = parent;
        }
    }

    /// <summary>The events of one block, as two endpoints give them where there are several. A single one is asked again where the block's filter speaks of logs.</summary>
    private async Task<ImmutableArray<OrderEvent>> ReadEvents(int endpoint, BlockHeader header, CancellationToken cancel)
    {
        if (IsNumberEnough) return Events(await source.Logs(endpoint, header.Number, header.Number, order: null, cancel).ConfigureAwait(false));
        var logs = header.Bloom.IsEmpty ? [] : await source.Logs(endpoint, header.Hash, cancel).ConfigureAwait(false);
        if (logs.FirstOrDefault(log => log.Block != header.Number) is { } stray)
            throw new ChainException(ChainErrorKind.Inconsistent, $"A log of block {header.Id} says that it is of block {stray.Block}.");
        if (SyncRules.Contradiction(header, source.Book, logs) is { } contradiction) throw new ChainException(ChainErrorKind.Inconsistent, $"An endpoint contradicts itself: {contradiction}.");
        var events = Events(logs);
        if (source.Endpoints == 1 && !header.Bloom.MayHold(source.Book)) return events;
        var again = Events(await AskAgain(endpoint, header.Hash, cancel).ConfigureAwait(false));
        return again.SequenceEqual(events)
            ? events
            : throw new ChainException(ChainErrorKind.Inconsistent, $"An endpoint keeps back or makes up logs of block {header.Id}: {events.Length} events were given first, then {again.Length}.");
    }

    private async Task<ImmutableArray<BookLog>> AskAgain(int endpoint, Hash32 block, CancellationToken cancel)
    {
        var other = (endpoint + 1) % source.Endpoints;
        try
        {
            return await source.Logs(other, block, cancel).ConfigureAwait(false);
        }
        catch (ChainException late) when (other != endpoint && late.Kind is ChainErrorKind.UnknownBlock)
        {
            return await source.Logs(endpoint, block, cancel).ConfigureAwait(false);     // the other one does not have the block yet
        }
    }

    private static ImmutableArray<OrderEvent> Events(ImmutableArray<BookLog> logs) => [.. logs.Select(log => log.Event).OfType<OrderEvent>()];
}
