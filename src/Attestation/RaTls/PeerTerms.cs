namespace SwarmCompute.Attestation;

/// <summary>What a peer's evidence must be about.</summary>
/// <param name="Purpose">What it must have been made for.</param>
/// <param name="ChainId">The chain of the order; null where there is none, and then development evidence counts for nothing.</param>
public sealed record PeerTerms(AttestationPurpose Purpose, ulong? ChainId)
{
    /// <summary>The order book contract; null: any.</summary>
    public Address? OrderBook { get; init; }

    /// <summary>The manifest that the peer must run; null: any.</summary>
    public Hash32? ManifestHash { get; init; }

    /// <summary>The lease that the peer's certificate names; for evidence that was made for a lease.</summary>
    public SwarmIdentity.Guest? Lease { get; init; }

    /// <summary>For a guest that an authority certified.</summary>
    /// <param name="lease">Whom the certificate names.</param>
    /// <param name="chainId">The chain of its order.</param>
    public static PeerTerms OfGuest(SwarmIdentity.Guest lease, ulong chainId) => new(AttestationPurpose.Lease, chainId) { Lease = lease };

    /// <summary>Whether the context that the evidence names is the one of these terms.</summary>
    internal bool Holds(ReadOnlySpan<byte> context)
    {
        if (Purpose != AttestationPurpose.Lease) return true;
        return Lease is { } lease && LeaseContext.TryRead(context) is { } named
            && named.ChainId == ChainId && named.Lease == lease.Lease && named.Epoch == lease.Epoch && named.Provider == lease.Provider
            && (OrderBook is null || named.OrderBook == OrderBook) && (ManifestHash is null || named.ManifestHash == ManifestHash);
    }
}
