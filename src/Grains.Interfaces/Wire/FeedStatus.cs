namespace SwarmCompute.Grains.Interfaces;

/// <summary>How far the chain is followed.</summary>
/// <param name="NextBlock">The next block to read as final.</param>
/// <param name="Unfinished">Orders that are not over.</param>
/// <param name="LastRead">When the chain was last read; null for never in this activation.</param>
/// <param name="Error">Why the last read failed; null where it did not. While it fails nothing is torn down.</param>
[GenerateSerializer, Immutable, Alias("swarm.FeedStatus")]
public sealed record FeedStatus(
    [property: Id(0)] ulong NextBlock, [property: Id(1)] int Unfinished, [property: Id(2)] DateTimeOffset? LastRead, [property: Id(3)] string? Error)
{
    /// <summary>The chain.</summary>
    [Id(4)] public required ulong ChainId { get; init; }

    /// <summary>The newest block that counts as final, all events up to which the orders know; null before the first.</summary>
    [Id(5)] public BlockRecord? Finalized { get; init; }

    /// <summary>The newest block that was followed, all events up to which the orders foresee; null before the first.</summary>
    [Id(6)] public BlockRecord? Latest { get; init; }

    /// <summary>What a person should look at.</summary>
    [Id(7)] public ImmutableArray<ChainAlarm> Alarms { get; init; } = [];

    /// <summary>The chain contradicts what was read of it: no transaction is sent before it does not any more.</summary>
    [Id(8)] public bool IsHalted { get; init; }
}
