namespace SwarmCompute.Attestation;

/// <summary>One thing that a vendor published, as it came.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Body">Its bytes; manifests as XML, revocation lists and certificates as DER, AMD's authorities as PEM.</param>
/// <param name="IssuerChain">Certificates above its signer, or the signer's own and those above, to the root (PEM or DER); null where the body holds them.</param>
/// <param name="FetchedAt">When the vendor gave it.</param>
public sealed record CollateralItem(CollateralKey Key, ReadOnlyMemory<byte> Body, ReadOnlyMemory<byte>? IssuerChain, DateTimeOffset FetchedAt)
{
    /// <summary>The most bytes of a body: a revocation list is the longest.</summary>
    public const int BodyBytesMax = RevocationList.BytesMax;

    /// <summary>The most bytes of the certificates beside it.</summary>
    public const int ChainBytesMax = 64 * 1024;

    /// <summary>SHA-256 of body and chain: what is the same has the same.</summary>
    public Hash32 Hash() => Hash32.Sha256([.. Body.Span, .. IssuerChain is { } chain ? chain.Span : default]);
}
