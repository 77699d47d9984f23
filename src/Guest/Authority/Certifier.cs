using System.Security.Cryptography;
using SwarmCompute.Attestation;

namespace SwarmCompute.Guest.Authority;

/// <summary>Decides whether to certify a guest's key, and does.</summary>
/// <param name="authority">The root.</param>
/// <param name="verifier">Judges the evidence.</param>
/// <param name="policy">What evidence must show, as of now; the manifest's TEE types narrow it.</param>
/// <param name="collateral">What the vendors say.</param>
/// <param name="challenges">The nonces that evidence must have been made with.</param>
/// <param name="time">The clock.</param>
public sealed class Certifier(
    CertificateAuthority authority, EvidenceVerifier verifier, Func<AttestationPolicy> policy, ICollateralSource collateral, Challenges challenges, TimeProvider time)
{
    /// <summary>The most bytes of evidence that a certificate carries; with more it carries none, and peers that want to see it refuse the guest.</summary>
    public const int EvidenceBytesMax = 14 * 1024;

    /// <summary>
    /// How long a guest's certificate is valid. Long enough for an order: what fences a guest that lost its lease is the epoch in the
    /// certificate, not its end.
    /// </summary>
    public static readonly TimeSpan CertificateLifetime = TimeSpan.FromDays(30);

    /// <summary>Judges a request and, where nothing speaks against it, certifies the key.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="publicKey">The key whose possession the guest has proven.</param>
    /// <param name="cancel">Ends the wait for a vendor.</param>
    public async Task<AuthorityAnswer> Certify(CertifyRequest request, ECDsa publicKey, CancellationToken cancel)
    {
        try
        {
            var manifest = Manifest.Parse(request.Manifest);
            if (Refusal(request, manifest) is { } refusal) return new AuthorityAnswer.Refused(refusal);
            var result = await Judge(request, manifest, publicKey, cancel);
            if (result.Verdict != Verdict.Accepted) return new AuthorityAnswer.Refused(result.Explain(), result.IsTransient);
            return LaunchMeasurement.Of(result) is { } measurement
                ? Grant(request, publicKey, measurement)
                : new AuthorityAnswer.Refused("the evidence is refused: it does not say what was measured");
        }
        catch (Exception fault) when (fault is ManifestException or CryptographicException)
        {
            return new AuthorityAnswer.Refused(fault.Message);
        }
    }

    private async Task<AttestationResult> Judge(CertifyRequest request, Manifest manifest, ECDsa publicKey, CancellationToken cancel)
    {
        var keyHash = Hash32.Sha256(publicKey.ExportSubjectPublicKeyInfo());
        var nonce = EvidenceClaims.TryRead(request.Evidence.Claims)?.Nonce ?? default;
        var binding = new EvidenceBinding(AttestationPurpose.Lease, keyHash)
        {
            Nonce = challenges.IsGood(nonce.Span, keyHash) ? nonce : challenges.Issue(keyHash),          // another one than it was made with: refused
            Context = request.ContextFor(manifest.Hash).ToBytes(),
            ChainId = request.ChainId,
        };
        var narrowed = policy().For(manifest);
        return verifier.Verify(request.Evidence, await collateral.For(request.Evidence, cancel), narrowed, binding, collateral.Now(time));
    }

    private AuthorityAnswer.Certified Grant(CertifyRequest request, ECDsa publicKey, Hash32 measurement)
    {
        var identity = new SwarmIdentity.Guest(request.Lease.Order, request.Lease.Slot, request.Epoch, request.Provider);
        var evidence = EvidenceExtension.Create(request.Evidence);
        using var certificate = authority.Issue(identity, publicKey, CertificateLifetime, evidence.RawData.Length <= EvidenceBytesMax ? evidence : null);
        return new AuthorityAnswer.Certified(
            certificate.RawData, authority.SignLease(request.StatementFor(P256.KeyHash(publicKey), measurement)), measurement);
    }

    private string? Refusal(CertifyRequest request, Manifest manifest)
    {
        if (!manifest.ToCanonicalBytes().AsSpan().SequenceEqual(request.Manifest)) return "the manifest is not in canonical form";
        if (manifest.Authority != authority.KeyHash) return $"the manifest names another authority, {manifest.Authority}; this one is {authority.KeyHash}";
        if (request.Lease.Slot >= manifest.Stages) return $"slot {request.Lease.Slot} is not one of the manifest's {manifest.Stages} stages";
        return request.Provider.IsZero ? "the provider is no account" : null;
    }
}
