using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SwarmCompute.Attestation;

/// <summary>A certification request (PKCS #10, RFC 2986) that carries evidence for its key: how a silo on attested hardware asks for its certificate.</summary>
public static class AttestedRequest
{
    /// <summary>The most characters of a request.</summary>
    public const int CharsMax = 160 * 1024;

    /// <summary>Makes the request, PEM.</summary>
    /// <param name="key">The key, P-256.</param>
    /// <param name="evidence">Evidence that is bound to <see cref="AttestedCertificate.ClaimsFor"/> of that key.</param>
    public static string Create(ECDsa key, Evidence evidence)
    {
        var request = new CertificateRequest("CN=SwarmCompute", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(EvidenceExtension.Create(evidence));
        return request.CreateSigningRequestPem();
    }

    /// <summary>Reads a request, and checks that it is signed by its own key. Judges no evidence.</summary>
    /// <param name="pem">The request.</param>
    /// <returns>The key and the evidence; null where it is none, or carries none.</returns>
    public static (PublicKey Key, Evidence Evidence)? TryRead(string pem)
    {
        if (pem.Length > CharsMax) return null;
        try
        {
            // "Unsafe" is that the requested extensions are loaded: only this one of them is looked at.
            var request = CertificateRequest.LoadSigningRequestPem(pem, HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions);
            var extensions = request.CertificateExtensions.Where(e => e.Oid?.Value == EvidenceExtension.Oid).ToList();
            return extensions is [var only] && EvidenceExtension.TryDecode(only.RawData) is { } evidence ? (request.PublicKey, evidence) : null;
        }
        catch (Exception fault) when (fault is CryptographicException or NotSupportedException or ArgumentException)
        {
            return null;
        }
    }
}
