namespace SwarmCompute.Chain;

/// <summary>An ECDSA signature on P-256: r and s, big-endian; the contracts take only s of at most half the group order.</summary>
/// <param name="R">The r component.</param>
/// <param name="S">The s component; see <see cref="FromFixed"/> for one that may be high.</param>
public readonly record struct P256Signature(Hash32 R, Hash32 S)
{
    /// <summary>The order n of the group (SEC 2, section 2.4.2).</summary>
    private static readonly UInt128 OrderHigh = new(0xFFFFFFFF00000000, 0xFFFFFFFFFFFFFFFF);
    private static readonly UInt128 OrderLow = new(0xBCE6FAADA7179E84, 0xF3B9CAC2FC632551);

    /// <summary>Takes r‖s as <c>ECDsa.SignHash</c> gives it (IEEE P1363) and replaces a high s by n - s, which signs the same.</summary>
    /// <exception cref="ArgumentException">Not 64 bytes, or s is not below n.</exception>
    public static P256Signature FromFixed(ReadOnlySpan<byte> signature)
    {
        if (signature.Length != 2 * Hash32.Size)
            throw new ArgumentException($"A P-256 signature has {2 * Hash32.Size} bytes, not {signature.Length}.", nameof(signature));
        return new P256Signature(new Hash32(signature[..Hash32.Size]), LowS(signature[Hash32.Size..]));
    }

    private static Hash32 LowS(ReadOnlySpan<byte> s)
    {
        var high = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(s);
        var low = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(s[16..]);
        if (high > OrderHigh || (high == OrderHigh && low >= OrderLow)) throw new ArgumentException("s is not below the group order.", nameof(s));

        var negatedLow = unchecked(OrderLow - low);
        var negatedHigh = OrderHigh - high - (low > OrderLow ? UInt128.One : UInt128.Zero);
        if (high < negatedHigh || (high == negatedHigh && low <= negatedLow)) return new Hash32(s);

        Span<byte> bytes = stackalloc byte[Hash32.Size];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, negatedHigh);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes[16..], negatedLow);
        return new Hash32(bytes);
    }
}
