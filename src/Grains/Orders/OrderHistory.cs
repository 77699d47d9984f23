using SwarmCompute.Chain;
using SwarmCompute.Grains.ChainFeed;

namespace SwarmCompute.Grains.Orders;

/// <summary>An order's final events, however they are delivered: late, again, in lots that overlap. Pure.</summary>
internal static class OrderHistory
{
    /// <summary>Adds events to those that are known, which stay as they are where nothing is new.</summary>
    public static ImmutableArray<OrderEventRecord> Add(ImmutableArray<OrderEventRecord> known, ImmutableArray<OrderEventRecord> told) =>
        Continues(known, told) ? known.AddRange(told) : [.. known.Concat(told).Distinct().OrderBy(e => e.Block).ThenBy(e => e.LogIndex)];

    /// <summary>The order after events were added: folded on from what it was, where they only continue it.</summary>
    /// <param name="view">The order as of the known events.</param>
    /// <param name="known">Those.</param>
    /// <param name="all">With what was added.</param>
    /// <exception cref="ChainException">The events cannot follow each other.</exception>
    public static OrderView? Fold(OrderView? view, ImmutableArray<OrderEventRecord> known, ImmutableArray<OrderEventRecord> all) =>
        known.Length > 0 && all.Length > known.Length && all.AsSpan(0, known.Length).SequenceEqual(known.AsSpan())
            ? OrderView.Fold(view, known[^1].ToEvent(), all.Skip(known.Length).Select(e => e.ToEvent()))
            : OrderView.Fold(all.Select(e => e.ToEvent()));

    private static bool Continues(ImmutableArray<OrderEventRecord> known, ImmutableArray<OrderEventRecord> told)
    {
        var last = known.IsEmpty ? null : known[^1];
        foreach (var next in told)
        {
            if (last is not null && (next.Block, next.LogIndex).CompareTo((last.Block, last.LogIndex)) <= 0) return false;
            last = next;
        }
        return true;
    }
}
