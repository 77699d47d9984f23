namespace SwarmCompute.Chain.Crypto;

/// <summary>A secp256k1 signature with low s, and which of the two points R it came from.</summary>
/// <param name="R">The r component.</param>
/// <param name="S">The s component, at most half the group order.</param>
/// <param name="YParity">The parity of R's y coordinate, 0 or 1.</param>
internal readonly record struct RecoverableSignature(Hash32 R, Hash32 S, byte YParity)
{
    /// <summary>Half the order of the group of secp256k1 (SEC 2, 2.4.1), rounded down.</summary>
    private static ReadOnlySpan<byte> HalfOrder =>
    [
        0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0x5D, 0x57, 0x6E, 0x73, 0x57, 0xA4, 0x50, 0x1D, 0xDF, 0xE9, 0x2F, 0x46, 0x68, 0x1B, 0x20, 0xA0,
    ];

    /// <summary>Whether s is at most half the order and the parity one of the two: the one of its forms that the chain takes.</summary>
    public bool IsLow
    {
        get
        {
            Span<byte> s = stackalloc byte[Hash32.Size];
            S.CopyTo(s);
            return YParity <= 1 && s.SequenceCompareTo(HalfOrder) <= 0;
        }
    }

    /// <summary>The account that signed a hash so; null where there is none.</summary>
    public Address? SignerOf(Hash32 hash)
    {
        Span<byte> key = stackalloc byte[2 * Hash32.Size];
        return Secp256k1.Instance.TryRecover(hash, this, key) ? AddressOf(key) : null;
    }

    /// <summary>The address of a public key: the last 20 bytes of the Keccak-256 of its x‖y.</summary>
    public static Address AddressOf(ReadOnlySpan<byte> publicKey)
    {
        Span<byte> hash = stackalloc byte[Hash32.Size];
        Keccak256.Hash(publicKey).CopyTo(hash);
        return new Address(hash[^Address.Size..]);
    }
}
