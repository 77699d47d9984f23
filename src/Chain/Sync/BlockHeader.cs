namespace SwarmCompute.Chain.Sync;

/// <summary>What the follower needs of a block's header.</summary>
/// <param name="Number">The block's number.</param>
/// <param name="Hash">Its hash.</param>
/// <param name="Parent">The hash of the block before it.</param>
/// <param name="Bloom">The filter over its logs.</param>
/// <param name="Time">When it was made, to the second: several blocks may share one.</param>
internal sealed record BlockHeader(ulong Number, Hash32 Hash, Hash32 Parent, LogBloom Bloom, DateTimeOffset Time)
{
    /// <summary>Number and hash.</summary>
    public BlockId Id => new(Number, Hash);
}
