using SwarmCompute.Chain;
using SwarmCompute.Chain.Sync;

namespace SwarmCompute.Grains.ChainFeed;

/// <summary>What the feed remembers after a step. Pure.</summary>
internal static class ChainFeedRules
{
    /// <summary>What the follower needs of what is remembered.</summary>
    public static SyncState Sync(ChainFeedState state, ulong chainId) => new()
    {
        ChainId = state.ChainId ?? chainId,
        DeployHash = state.DeployHash,
        Final = state is { NextBlock: > 0 and { } next, LastBlockHash: { } hash } ? new BlockId(next - 1, hash) : null,
        Hot = [.. state.Hot.Select(block => new HotBlock(block.Number, block.Hash, block.Parent, [.. block.Events.Select(e => e.ToEvent())]))],
        Sequences = state.Sequences,
    };

    /// <summary>Whether a step changed anything.</summary>
    public static bool IsNews(SyncState before, SyncStep step) =>
        !step.Undone.IsEmpty || !step.Applied.IsEmpty || !step.Final.IsEmpty
        || step.Next.Final != before.Final || step.Next.Head != before.Head || step.Next.DeployHash != before.DeployHash;

    /// <summary>The state before the orders are told: whom a step tells of events that may be undone is remembered first, so that a crash in between leaves nobody with them.</summary>
    public static ChainFeedState Announce(ChainFeedState state, SyncStep step)
    {
        var foreseeing = state.Foreseeing.Union(step.Applied.Select(e => e.Order.Value));
        return foreseeing.Count == state.Foreseeing.Count ? state : state with { Foreseeing = foreseeing };
    }

    /// <summary>The orders whose events that are not final a step changes.</summary>
    public static IEnumerable<OrderId> Affected(SyncStep step) => step.Undone.Concat(step.Applied).Select(e => e.Order).Distinct();

    /// <summary>An order's events that are not final.</summary>
    public static ImmutableArray<OrderEventRecord> Tail(SyncState sync, OrderId order) => [.. sync.HotEvents.Where(e => e.Order == order).Select(e => e.ToRecord())];

    /// <summary>The state once every order was told.</summary>
    public static ChainFeedState Advance(ChainFeedState state, SyncStep step, ImmutableDictionary<ulong, string> refused) => state with
    {
        NextBlock = step.Next.Final is { } final ? final.Number + 1 : null,
        LastBlockHash = step.Next.Final?.Hash,
        Unfinished = state.Unfinished.Union(step.Final.Select(e => e.Order.Value)),
        ChainId = step.Next.ChainId,
        DeployHash = step.Next.DeployHash,
        Hot = [.. step.Next.Hot.Select(block => new HotBlockRecord(block.Number, block.Hash, block.Parent, [.. block.Events.Select(e => e.ToRecord())]))],
        Sequences = step.Next.Sequences,
        Foreseeing = [.. step.Next.HotEvents.Select(e => e.Order.Value)],
        Stopped = state.Stopped.SetItems(refused),
    };

    /// <summary>What a person should look at.</summary>
    public static ImmutableArray<ChainAlarm> Alarms(ImmutableArray<SyncAlarm> alarms, ChainFeedState state) =>
    [
        .. alarms.Select(alarm => new ChainAlarm(alarm.Kind.ToString(), alarm.Text)),
        .. state.Stopped.Select(stopped => new ChainAlarm("StoppedOrder", $"Order {stopped.Key}: {stopped.Value}")),
    ];
}
