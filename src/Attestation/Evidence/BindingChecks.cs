using System.Security.Cryptography;

namespace SwarmCompute.Attestation;

/// <summary>Judges whether evidence is about what it must be about.</summary>
internal static class BindingChecks
{
    /// <summary>The checks of the claims, and whether the hardware signed them.</summary>
    /// <param name="evidence">The evidence, with the claims as they came.</param>
    /// <param name="claims">The claims, read; null where they have another form.</param>
    /// <param name="signed">The report data in the document; empty where it could not be read.</param>
    /// <param name="binding">What it must be about.</param>
    public static IEnumerable<Check> Run(Evidence evidence, EvidenceClaims? claims, byte[] signed, EvidenceBinding binding)
    {
        if (claims is null)
        {
            yield return Check.Fails("claims", "evidence.claims.malformed", "what the evidence is bound to cannot be read");
            yield break;
        }
        yield return Judge("purpose", "purpose", IsFor(claims, binding.Purpose), claims.Purpose is { } purpose ? $"made for: {purpose}" : "a certificate of somebody else's making");
        yield return Judge("key", "key", claims.KeyHash == binding.KeyHash, "the key whose possession was proven", "the evidence vouches for another key");
        if (binding.Nonce is { } nonce)
            yield return Judge("freshness", "nonce", CryptographicOperations.FixedTimeEquals(claims.Nonce.Span, nonce.Span), "made for this question", "the evidence was made for another question");
        if (binding.Context is { } context)
            yield return Judge("context", "context", CryptographicOperations.FixedTimeEquals(claims.Context.Span, context.Span), "this lease, manifest and provider", "the evidence was made for another lease, manifest or provider");
        yield return Judge("report data", "report-data", CryptographicOperations.FixedTimeEquals(signed, claims.ReportDataOf(evidence.Claims.Span)),
            "the evidence is bound to these claims", "the evidence is not bound to these claims");
    }

    // Whoever makes a certificate alone has nobody who asks; whoever is certified for a lease was asked.
    private static bool IsFor(EvidenceClaims claims, AttestationPurpose purpose) => claims.Purpose is { } made
        ? made == purpose && claims.Nonce.Length == ReportData.NonceSize
        : purpose == AttestationPurpose.Peer;

    private static Check Judge(string name, string code, bool holds, string held, string? failed = null) =>
        holds ? Check.Holds(name, held) : Check.Fails(name, $"evidence.{code}", failed ?? held);
}
