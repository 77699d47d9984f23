using System.Security.Cryptography;
using SwarmCompute.Attestation;

namespace SwarmCompute.Guest.Authority;

/// <summary>Decides whether to certify a guest's key, and does.</summary>
/// <param name="authority">The root.</param>
/// <param name="verifier">Judges the evidence.</param>
/// <param name="developmentChainId">The one chain on which development evidence is accepted; null: on none.</param>
public sealed class Certifier(CertificateAuthority authority, EvidenceVerifier verifier, ulong? developmentChainId)
{
    /// <summary>
    /// How long a guest's certificate is valid. Long enough for an order: what fences a guest that lost its lease is the epoch in the
    /// certificate, not its end.
    /// </summary>
    public static readonly TimeSpan CertificateLifetime = TimeSpan.FromDays(30);

    /// <summary>Judges a request and, where nothing speaks against it, certifies the key.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="publicKey">The key whose possession the guest has proven.</param>
    public CertifyAnswer Certify(CertifyRequest request, ECDsa publicKey)
    {
        try
        {
            var manifest = Manifest.Parse(request.Manifest);
            if (Refusal(request, manifest) is { } refusal) return new CertifyAnswer.Refused(refusal);
            var statement = request.StatementFor(P256.KeyHash(publicKey));
            var reportData = ReportData.Of(publicKey.ExportSubjectPublicKeyInfo(), manifest.Hash, statement, request.Provider);
            var result = verifier.Verify(request.Evidence, new EvidencePolicy(reportData, manifest.Tee, request.ChainId, developmentChainId));
            if (result.Verdict != Verdict.Accepted) return new CertifyAnswer.Refused($"the evidence is refused: {result.Why}");
            var identity = new SwarmIdentity.Guest(request.Lease.Order, request.Lease.Slot, request.Epoch, request.Provider);
            using var certificate = authority.Issue(identity, publicKey, CertificateLifetime);
            return new CertifyAnswer.Certified(certificate.RawData, authority.SignLease(statement));
        }
        catch (Exception fault) when (fault is ManifestException or CryptographicException)
        {
            return new CertifyAnswer.Refused(fault.Message);
        }
    }

    private string? Refusal(CertifyRequest request, Manifest manifest)
    {
        if (!manifest.ToCanonicalBytes().AsSpan().SequenceEqual(request.Manifest)) return "the manifest is not in canonical form";
        if (manifest.Authority != authority.KeyHash) return $"the manifest names another authority, {manifest.Authority}; this one is {authority.KeyHash}";
        if (request.Lease.Slot >= manifest.Stages) return $"slot {request.Lease.Slot} is not one of the manifest's {manifest.Stages} stages";
        return request.Provider.IsZero ? "the provider is no account" : null;
    }
}
