namespace SwarmCompute.Chain;

/// <summary>The durable position of a feed: everything before <paramref name="NextBlock"/> has been delivered.</summary>
/// <param name="NextBlock">The first block that was not read yet.</param>
/// <param name="LastBlockHash">The hash of the block before it, where one was read: proves that the chain below did not change.</param>
public sealed record ChainCursor(ulong NextBlock, Hash32? LastBlockHash);
