using SwarmCompute.Chain;

namespace SwarmCompute.Grains.ChainFeed;

/// <summary>What the feed remembers after a read. Pure.</summary>
internal static class ChainFeedRules
{
    public static ChainCursor Cursor(ChainFeedState state, ulong deployBlock) => new(state.NextBlock ?? deployBlock, state.LastBlockHash);

    /// <summary>Why what was read cannot follow the cursor; null where it can.</summary>
    public static string? Refusal(ChainCursor from, ImmutableArray<OrderEvent> events, ChainCursor next)
    {
        if (next.NextBlock < from.NextBlock) return $"The finalized chain went back from block {from.NextBlock} to {next.NextBlock}.";
        return events.FirstOrDefault(e => e.Block < from.NextBlock || e.Block >= next.NextBlock) is { } stray
            ? $"An event of block {stray.Block} was read between {from.NextBlock} and {next.NextBlock}."
            : null;
    }

    /// <summary>The state once every order has observed its events.</summary>
    public static ChainFeedState Advance(ChainFeedState state, ImmutableArray<OrderEvent> events, ChainCursor next) => state with
    {
        NextBlock = next.NextBlock,
        LastBlockHash = next.LastBlockHash,
        Unfinished = state.Unfinished.Union(events.Select(e => e.Order.Value)),
    };
}
