using System.Collections.Immutable;

namespace SwarmCompute.Chain.Sync;

/// <summary>What follows from what is remembered and what was read. Pure.</summary>
internal static class SyncRules
{
    /// <summary>Whether a block was followed and still counts.</summary>
    public static bool Knows(SyncState state, BlockId block) => state.Final == block || state.Hot.Any(hot => hot.Id == block);

    /// <summary>Undoes every hot block above one that stays.</summary>
    /// <returns>The state, and the events to undo, the last applied first.</returns>
    public static (SyncState Next, ImmutableArray<OrderEvent> Undone) UndoTo(SyncState state, ulong stays)
    {
        var kept = state.Hot.TakeWhile(block => block.Number <= stays).Count();
        if (kept == state.Hot.Length) return (state, []);
        return (state with { Hot = state.Hot[..kept] }, [.. state.Hot.Skip(kept).SelectMany(block => block.Events).Reverse()]);
    }

    /// <summary>Puts a block on top.</summary>
    /// <exception cref="ChainException">It does not follow the newest one.</exception>
    public static SyncState Extend(SyncState state, HotBlock block)
    {
        if (state.Head is not { } head || head.Number + 1 != block.Number || head.Hash != block.Parent)
            throw new ChainException(ChainErrorKind.Inconsistent, $"Block {block.Id} does not follow {state.Head}.");
        return state with { Hot = state.Hot.Add(block) };
    }

    /// <summary>Makes the hot blocks up to a number final.</summary>
    public static (SyncState Next, ImmutableArray<OrderEvent> Final) Promote(SyncState state, ulong upTo)
    {
        var count = state.Hot.TakeWhile(block => block.Number <= upTo).Count();
        if (count == 0) return (state, []);
        ImmutableArray<OrderEvent> events = [.. state.Hot.Take(count).SelectMany(block => block.Events)];
        return (state with { Final = state.Hot[count - 1].Id, Hot = state.Hot[count..], Sequences = Count(state.Sequences, events) }, events);
    }

    /// <summary>Makes events of a range final, above which nothing is followed.</summary>
    public static SyncState Append(SyncState state, ImmutableArray<OrderEvent> events, BlockId last) =>
        state with { Final = last, Sequences = Count(state.Sequences, events) };

    /// <summary>The first gap in the orders' own counts where these events come after what is remembered; null where there is none.</summary>
    public static string? Gap(SyncState state, IEnumerable<OrderEvent> events)
    {
        var last = new Dictionary<OrderId, uint>();
        foreach (var known in state.HotEvents) last[known.Order] = known.Sequence;
        foreach (var next in events)
        {
            var expected = (last.TryGetValue(next.Order, out var counted) ? counted : state.Sequences.GetValueOrDefault(next.Order.Value)) + 1;
            if (next.Sequence != expected) return $"{next.GetType().Name} of order {next.Order} in block {next.Block} has sequence {next.Sequence} where {expected} is due";
            last[next.Order] = next.Sequence;
        }
        return null;
    }

    /// <summary>Whether a block's logs and its filter contradict each other; null where they do not.</summary>
    public static string? Contradiction(BlockHeader header, Address book, ImmutableArray<BookLog> logs)
    {
        if (logs.IsEmpty) return null;
        if (!header.Bloom.MayHold(book)) return $"block {header.Id} has logs of the order book, which its filter denies";
        return logs.SelectMany(log => log.Topics).Any(topic => !header.Bloom.MayHold(topic)) ? $"block {header.Id} has a log with a topic that its filter denies" : null;
    }

    private static ImmutableSortedDictionary<ulong, uint> Count(ImmutableSortedDictionary<ulong, uint> sequences, ImmutableArray<OrderEvent> events)
    {
        var next = sequences.ToBuilder();
        foreach (var happened in events)
        {
            if (IsEnd(happened)) next.Remove(happened.Order.Value);
            else next[happened.Order.Value] = happened.Sequence;
        }
        return next.ToImmutable();
    }

    /// <summary>Whether an order says nothing after this.</summary>
    private static bool IsEnd(OrderEvent happened) => happened is OrderEvent.OrderSettled or OrderEvent.OrderCancelled or OrderEvent.OrderExpired;
}
