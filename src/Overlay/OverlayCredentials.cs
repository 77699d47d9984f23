using System.Security.Cryptography.X509Certificates;

namespace SwarmCompute.Overlay;

/// <summary>Who this process is on the overlay, and the one root that it trusts.</summary>
/// <param name="Certificate">The certificate that the authority issued, with its private key.</param>
/// <param name="Root">The pinned root; nothing else is trusted, the system's store included.</param>
public sealed record OverlayCredentials(X509Certificate2 Certificate, X509Certificate2 Root)
{
    /// <summary>What peers must show beside a certificate of the root's; null: nothing.</summary>
    public OverlayAttestation? Attestation { get; init; }

    /// <summary>Names the certificate's subject only; prints no key.</summary>
    public override string ToString() => $"overlay credentials of {Certificate.Subject}";
}
