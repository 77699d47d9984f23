using System.Security.Cryptography.X509Certificates;

namespace SwarmCompute.Attestation;

/// <summary>A peer's certificate, and on which terms it is to be judged.</summary>
/// <param name="Certificate">SHA-256 of the certificate (DER).</param>
/// <param name="KeyHash">SHA-256 of the SubjectPublicKeyInfo of its key.</param>
/// <param name="Evidence">The evidence in it; null where there is none that can be read.</param>
/// <param name="Terms">The terms.</param>
internal sealed record PeerQuestion(Hash32 Certificate, Hash32 KeyHash, Evidence? Evidence, PeerTerms Terms)
{
    public static PeerQuestion Of(X509Certificate2 certificate, PeerTerms terms) => new(
        Hash32.Sha256(certificate.RawDataMemory.Span), Hash32.Sha256(certificate.PublicKey.ExportSubjectPublicKeyInfo()), EvidenceExtension.TryRead(certificate), terms);

    /// <summary>What two questions with the same answer have in common.</summary>
    public (Hash32 Certificate, PeerTerms Terms) Key => (Certificate, Terms);
}
