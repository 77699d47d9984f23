using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SwarmCompute.Attestation;

/// <summary>A certificate of the holder's own making that carries evidence for its key (RA-TLS): who trusts the hardware needs no authority.</summary>
public static class AttestedCertificate
{
    /// <summary>How long such a certificate is valid: nobody asked for its evidence, so its age is all that bounds it.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>Makes the claims that evidence for such a certificate is bound to, with a nonce of their own.</summary>
    public static EvidenceClaims ClaimsFor(ECDsa key) => new()
    {
        KeyHash = Hash32.Sha256(key.ExportSubjectPublicKeyInfo()),
        Purpose = AttestationPurpose.Peer,
        Nonce = RandomNumberGenerator.GetBytes(ReportData.NonceSize),
    };

    /// <summary>Makes the certificate, with its private key.</summary>
    /// <param name="key">The key that the evidence vouches for.</param>
    /// <param name="evidence">The evidence.</param>
    /// <param name="time">The clock.</param>
    public static X509Certificate2 Create(ECDsa key, Evidence evidence, TimeProvider time)
    {
        var request = new CertificateRequest("CN=SwarmCompute attested", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid(PeerCertificate.ServerAuthentication), new Oid(PeerCertificate.ClientAuthentication)], true));
        request.CertificateExtensions.Add(EvidenceExtension.Create(evidence));
        var now = time.GetUtcNow();
        return request.CreateSelfSigned(now - CertificateAuthority.ClockTolerance, now + Lifetime);
    }

    /// <summary>Whether the evidence in a certificate is about the certificate's key: what a judgement of the evidence alone leaves open.</summary>
    /// <param name="certificate">The certificate, of whatever issuer.</param>
    /// <param name="evidence">The evidence in it.</param>
    /// <param name="result">The verdict on the evidence.</param>
    public static ImmutableArray<Check> Binding(X509Certificate2 certificate, Evidence evidence, AttestationResult result)
    {
        var claims = EvidenceClaims.TryRead(evidence.Claims);
        var binding = new EvidenceBinding(claims?.Purpose ?? AttestationPurpose.Peer, Hash32.Sha256(certificate.PublicKey.ExportSubjectPublicKeyInfo()));
        return [.. BindingChecks.Run(evidence, claims, EvidenceVerifier.SignedData(result), binding)];
    }

    /// <summary>Why a self-made certificate is not one at this time; null where it is. The evidence in it is judged by <see cref="AttestedPeers"/>.</summary>
    /// <param name="certificate">What the peer presented; null where it presented nothing.</param>
    /// <param name="now">The time.</param>
    public static string? Refusal(X509Certificate2? certificate, DateTimeOffset now)
    {
        if (certificate is null) return "the peer presented no certificate";
        if (!SelfSignature.Holds(certificate)) return "the certificate is not signed by its own key";
        if (now < certificate.NotBefore || now > certificate.NotAfter) return "the certificate is out of its time";
        return certificate.NotAfter - certificate.NotBefore > Lifetime + CertificateAuthority.ClockTolerance ? $"the certificate is valid for more than {Lifetime.TotalHours} h" : null;
    }
}
