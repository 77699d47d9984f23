using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SwarmCompute.Attestation;

/// <summary>Decides whether a TLS peer's certificate was issued by the pinned authority. Uses no system trust store and no network.</summary>
public static class PeerCertificate
{
    internal const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    internal const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>Checks the chain to the root, validity at the given time, usage for TLS, and that it names one swarm identity.</summary>
    /// <param name="leaf">What the peer presented; null where it presented nothing.</param>
    /// <param name="root">The one root that is trusted.</param>
    /// <param name="now">The time to judge validity at.</param>
    /// <param name="identity">Whom the certificate names, where it is accepted.</param>
    /// <returns>Null where it is accepted, otherwise the reason in one line.</returns>
    public static string? Refusal(X509Certificate2? leaf, X509Certificate2 root, DateTimeOffset now, out SwarmIdentity? identity)
    {
        identity = null;
        if (leaf is null) return "the peer presented no certificate";
        if (ChainFault(leaf, root, now) is { } fault) return fault;
        if (leaf.Extensions.OfType<X509BasicConstraintsExtension>().SingleOrDefault() is not { CertificateAuthority: false })
            return "the certificate is not an end certificate";
        if (!IsForTls(leaf)) return "the certificate is not for TLS in both directions";
        if (leaf.GetKeyAlgorithm() != "1.2.840.10045.2.1") return "the certificate's key is not an elliptic-curve key";
        identity = SwarmIdentity.TryRead(leaf);
        return identity is null ? "the certificate names no swarm identity" : null;
    }

    private static string? ChainFault(X509Certificate2 leaf, X509Certificate2 root, DateTimeOffset now)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(root);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;       // certificates are short-lived; the lease's epoch is what fences
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = now.UtcDateTime;
        try
        {
            if (!chain.Build(leaf))
                return "the certificate is refused: " + string.Join("; ", chain.ChainStatus.Select(s => s.Status).Distinct());
            return chain.ChainElements.Count == 2 && chain.ChainElements[1].Certificate.RawDataMemory.Span.SequenceEqual(root.RawDataMemory.Span)
                ? null
                : "the certificate was not issued by the pinned authority itself";
        }
        finally
        {
            foreach (var element in chain.ChainElements) element.Certificate.Dispose();
        }
    }

    private static bool IsForTls(X509Certificate2 leaf)
    {
        var usages = leaf.Extensions.OfType<X509EnhancedKeyUsageExtension>().SelectMany(e => e.EnhancedKeyUsages.Cast<Oid>()).Select(o => o.Value).ToHashSet();
        return usages.Contains(ServerAuthentication) && usages.Contains(ClientAuthentication);
    }
}
