using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SwarmCompute.Overlay;

namespace SwarmCompute.Guest.Loader;

/// <summary>Who the guest is, once it is certified.</summary>
/// <param name="key">The key; this takes it over.</param>
/// <param name="certificate">The certificate, with the key.</param>
/// <param name="root">The authority's root.</param>
/// <param name="leaseSignature">The authority's signature over the lease, for the chain.</param>
/// <param name="evidenceType">The type of the evidence that it was certified on.</param>
/// <param name="measurement">What the lease names as measured.</param>
internal sealed class Credentials(
    ECDsa key, X509Certificate2 certificate, X509Certificate2 root, byte[] leaseSignature, string evidenceType, Hash32 measurement) : IDisposable
{
    public ECDsa Key => key;

    public X509Certificate2 Certificate => certificate;

    public X509Certificate2 Root => root;

    public byte[] LeaseSignature => leaseSignature;

    public string EvidenceType => evidenceType;

    public Hash32 Measurement => measurement;

    /// <summary>What peers must show beside a certificate; null before it is known.</summary>
    public OverlayAttestation? Attestation { get; set; }

    public OverlayCredentials Overlay => new(certificate, root) { Attestation = Attestation };

    public void Dispose()
    {
        certificate.Dispose();
        key.Dispose();
    }
}
