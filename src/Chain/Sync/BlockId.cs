namespace SwarmCompute.Chain.Sync;

/// <summary>One block and no other: a number alone names different blocks before and after a reorg.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Hash">Its hash.</param>
public readonly record struct BlockId(ulong Number, Hash32 Hash)
{
    /// <inheritdoc/>
    public override string ToString() => System.FormattableString.Invariant($"{Number} (0x{Hash})");
}
