using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SwarmCompute.Attestation;
using SwarmCompute.Grains.Interfaces;
using SwarmCompute.Overlay.GuestLink;

namespace SwarmCompute.Silo.Agent;

/// <summary>Judges a guest's first message against the link that it came over. Pure.</summary>
internal static class GuestGreeting
{
    /// <summary>Why the greeting is not believed; null where it is.</summary>
    /// <param name="hello">What the guest said.</param>
    /// <param name="certificateDer">The certificate that the guest proved to hold on this link.</param>
    /// <param name="root">The authority's root that this silo trusts.</param>
    /// <param name="evidenceType">The evidence type of what was launched.</param>
    public static string? Refusal(GuestMessage.Hello hello, ReadOnlySpan<byte> certificateDer, X509Certificate2 root, string evidenceType)
    {
        if (!certificateDer.SequenceEqual(hello.CertificateDer)) return "it names another certificate than the one it holds";
        if (!root.RawDataMemory.Span.SequenceEqual(hello.AuthorityDer)) return "it names another authority than this swarm's";
        if (hello.EvidenceType != evidenceType) return $"its evidence is {hello.EvidenceType}, and {evidenceType} was launched";
        using var certificate = X509CertificateLoader.LoadCertificate(certificateDer);
        try
        {
            var (x, y) = P256.Point(certificate);
            return x.AsSpan().SequenceEqual(hello.KeyX) && y.AsSpan().SequenceEqual(hello.KeyY) ? null : "it names another key than its certificate's";
        }
        catch (CryptographicException e)
        {
            return e.Message;
        }
    }

    /// <summary>The greeting as the lease remembers it.</summary>
    public static GuestReport.Attested ToReport(GuestMessage.Hello hello) => new(new GuestIdentity
    {
        KeyX = new Hash32(hello.KeyX),
        KeyY = new Hash32(hello.KeyY),
        LeaseSignature = hello.LeaseSignature,
        CertificateDer = hello.CertificateDer,
        AuthorityDer = hello.AuthorityDer,
        OverlayEndpoint = hello.OverlayEndpoint,
        ApiEndpoint = hello.ApiEndpoint,
        EvidenceType = hello.EvidenceType,
        Measurement = new Hash32(hello.Measurement),
    });
}
