namespace SwarmCompute.Attestation;

/// <summary>Names what is joined of several items.</summary>
internal static class CollateralParts
{
    /// <summary>A hash over the hashes of the items in their order; an item that is not there has a place too.</summary>
    public static Hash32 NameOf(ReadOnlySpan<CollateralEntry?> entries)
    {
        var bytes = new byte[Hash32.Size * entries.Length];
        for (var i = 0; i < entries.Length; i++) entries[i]?.Hash.CopyTo(bytes.AsSpan(Hash32.Size * i));
        return Hash32.Sha256(bytes);
    }
}
