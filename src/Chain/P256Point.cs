namespace SwarmCompute.Chain;

/// <summary>A public key on P-256 (secp256r1): affine coordinates, big-endian.</summary>
/// <param name="X">The x coordinate.</param>
/// <param name="Y">The y coordinate.</param>
public readonly record struct P256Point(Hash32 X, Hash32 Y)
{
    /// <summary>SHA-256 of x‖y: how contracts and leases name the key.</summary>
    public Hash32 KeyHash()
    {
        Span<byte> bytes = stackalloc byte[2 * Hash32.Size];
        X.CopyTo(bytes);
        Y.CopyTo(bytes[Hash32.Size..]);
        return Hash32.Sha256(bytes);
    }
}
