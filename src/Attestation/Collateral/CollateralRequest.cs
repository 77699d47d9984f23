namespace SwarmCompute.Attestation;

/// <summary>Asks for one item.</summary>
/// <param name="Key">Its name.</param>
public sealed record CollateralRequest(CollateralKey Key)
{
    /// <summary>Certificates, signer first, root last, that the item is checked with where the vendor sends none beside it.</summary>
    public ReadOnlyMemory<byte>? IssuerChain { get; init; }

    /// <summary>For OCSP: the certificate in question, as CertID (RFC 6960, section 4.1.1); empty for all else.</summary>
    public ReadOnlyMemory<byte> CertificateId { get; init; }
}
