namespace SwarmCompute.Grains.Interfaces;

/// <summary>How far the chain is followed.</summary>
/// <param name="NextBlock">The next block to read.</param>
/// <param name="Unfinished">Orders that are not over.</param>
/// <param name="LastRead">When the chain was last read; null for never in this activation.</param>
/// <param name="Error">Why the last read failed; null where it did not. While it fails nothing is torn down.</param>
[GenerateSerializer, Immutable, Alias("swarm.FeedStatus")]
public sealed record FeedStatus(
    [property: Id(0)] ulong NextBlock, [property: Id(1)] int Unfinished, [property: Id(2)] DateTimeOffset? LastRead, [property: Id(3)] string? Error);
