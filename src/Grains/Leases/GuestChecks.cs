using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SwarmCompute.Attestation;
using SwarmCompute.Chain;

namespace SwarmCompute.Grains.Leases;

/// <summary>What a certified guest must show before a lease counts it as attested, and before its report counts. Pure.</summary>
internal static class GuestChecks
{
    /// <summary>Why the identity is not the one of this lease; null where it is. Checked again here, though the node agent did: the chain will check it too.</summary>
    public static string? Refusal(LeaseId lease, LeaseGrant grant, GuestIdentity identity, ChainOptions chain, DateTimeOffset now)
    {
        if (Shape(lease, identity) is { } shape) return shape;
        try
        {
            using var leaf = X509CertificateLoader.LoadCertificate(identity.CertificateDer);
            using var root = X509CertificateLoader.LoadCertificate(identity.AuthorityDer);
            if (P256.KeyHash(root) != grant.Authority) return "The guest's authority is not the one that the order names.";
            if (PeerCertificate.Refusal(leaf, root, now, out var named) is { } refusal) return refusal;
            if (named is not SwarmIdentity.Guest guest || guest != new SwarmIdentity.Guest(lease.Order, lease.Slot, grant.Epoch, grant.Provider))
                return $"The guest's certificate names {named}, not lease {lease} epoch {grant.Epoch}.";
            if (P256.KeyHash(leaf) != new P256Point(identity.KeyX, identity.KeyY).KeyHash()) return "The guest's certificate is for another key than the one it gave.";
            var statement = new LeaseStatement(chain.ChainId, chain.OrderBook, lease, grant.Epoch, grant.Offer,
                DevelopmentEvidence.LeaseMeasurementOf(identity.EvidenceType, identity.Measurement), P256.KeyHash(leaf));
            return P256.Verify(root, statement.ToBytes(), identity.LeaseSignature) ? null : "The authority's signature over the lease does not verify.";
        }
        catch (CryptographicException fault)
        {
            return $"The guest's certificates cannot be read: {fault.Message}";
        }
    }

    /// <summary>Why the report is not one of this lease's guest; null where it is. The chain sees only its hash: what the file says is checked here.</summary>
    public static string? Refusal(LeaseId lease, LeaseGrant grant, GuestIdentity identity, SignedReportRecord report, ChainOptions chain)
    {
        if (report.File.Length is 0 or > WireLimits.ReportBytesMax) return $"The report has {report.File.Length} bytes; give 1 to {WireLimits.ReportBytesMax}.";
        if (report.Units < 0) return "The report has negative units.";
        if (report.Signature.Length != WireLimits.SignatureBytes) return $"The report's signature has {report.Signature.Length} bytes, not {WireLimits.SignatureBytes}.";
        var statement = new UsageStatement(chain.ChainId, chain.OrderBook, lease.Order, grant.Epoch, report.Hash, (ulong)report.Units);
        using var leaf = X509CertificateLoader.LoadCertificate(identity.CertificateDer);
        if (!P256.Verify(leaf, statement.ToBytes(), report.Signature)) return "The guest's signature over its report does not verify.";
        try
        {
            var signed = SignedReport.Parse(report.File);
            var said = signed.Report;
            return (said.Hash, said.Units, said.Order, said.ManifestHash) == (report.Hash, (ulong)report.Units, lease.Order, grant.ManifestHash)
                && signed.Certificate.AsSpan().SequenceEqual(identity.CertificateDer)
                ? null
                : "The report file says something else than what was signed for it.";
        }
        catch (FormatException fault)
        {
            return $"The report file is refused: {fault.Message}";
        }
    }

    /// <summary>Why the count is not one of this lease's guest; null where it is.</summary>
    public static string? Refusal(LeaseId lease, LeaseGrant grant, GuestIdentity identity, GuestReport.Checkpoint checkpoint, ChainOptions chain)
    {
        if (checkpoint.Units < 0) return "The count is negative.";
        if (checkpoint.Signature.Length != WireLimits.SignatureBytes) return $"The count's signature has {checkpoint.Signature.Length} bytes, not {WireLimits.SignatureBytes}.";
        var statement = new CheckpointStatement(chain.ChainId, chain.OrderBook, lease.Order, grant.Epoch, (ulong)checkpoint.Units);
        using var leaf = X509CertificateLoader.LoadCertificate(identity.CertificateDer);
        return P256.Verify(leaf, statement.ToBytes(), checkpoint.Signature) ? null : "The guest's signature over its count does not verify.";
    }

    private static string? Shape(LeaseId lease, GuestIdentity identity)
    {
        if (identity.LeaseSignature.Length != WireLimits.SignatureBytes) return $"The lease signature has {identity.LeaseSignature.Length} bytes, not {WireLimits.SignatureBytes}.";
        if (identity.CertificateDer.Length > WireLimits.CertificateBytesMax || identity.AuthorityDer.Length > WireLimits.CertificateBytesMax)
            return $"A certificate has more than {WireLimits.CertificateBytesMax} bytes.";
        if (identity.OverlayEndpoint.Length is 0 or > WireLimits.EndpointCharsMax) return "The overlay endpoint is missing or too long.";
        if (identity.EvidenceType.Length is 0 or > WireLimits.EndpointCharsMax) return "The evidence type is missing or too long.";
        if (identity.ApiEndpoint is { Length: > WireLimits.EndpointCharsMax }) return "The API endpoint is too long.";
        if (lease.Slot != 0) return null;
        return Uri.TryCreate(identity.ApiEndpoint, UriKind.Absolute, out var api) && api.Scheme == Uri.UriSchemeHttps
            ? null
            : "The head's API endpoint must be an https address.";
    }
}
