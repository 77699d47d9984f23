using System.Collections.Immutable;

namespace SwarmCompute.Chain.Sync;

/// <summary>What one step of following the chain found, in the order in which it takes effect.</summary>
/// <param name="Undone">Events whose blocks are not on the chain any more, the last applied first; each was applied before, once.</param>
/// <param name="Applied">Events of blocks that are not final, in order; each is undone at most once.</param>
/// <param name="Final">Events that are final now, in order; those of them that were applied are not undone any more.</param>
/// <param name="Next">What to remember once the events have had their effect.</param>
/// <param name="Alarms">What a person should know although the step went well.</param>
public sealed record SyncStep(
    ImmutableArray<OrderEvent> Undone, ImmutableArray<OrderEvent> Applied, ImmutableArray<OrderEvent> Final, SyncState Next, ImmutableArray<SyncAlarm> Alarms)
{
    /// <summary>The newest block that the endpoint named; null where none was asked.</summary>
    public BlockId? Latest { get; init; }

    /// <summary>Whether the next step has more to read at once.</summary>
    public bool IsBehind { get; init; }
}
