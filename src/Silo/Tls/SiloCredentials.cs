using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SwarmCompute.Attestation;
using SwarmCompute.Overlay;
using SwarmCompute.Silo.Configuration;

namespace SwarmCompute.Silo.Tls;

/// <summary>This silo's certificate with its key, and the one root that it trusts.</summary>
/// <param name="Node">The node that the certificate names.</param>
/// <param name="Certificate">The certificate, with its private key.</param>
/// <param name="Root">The authority's root.</param>
public sealed record SiloCredentials(NodeId Node, X509Certificate2 Certificate, X509Certificate2 Root)
{
    /// <summary>Names the node; prints no key.</summary>
    public override string ToString() => $"credentials of {Node}";

    /// <summary>The same, for the links to guests.</summary>
    public OverlayCredentials ForOverlay() => new(Certificate, Root);

    /// <summary>Reads the files, and checks that they belong together and name this node.</summary>
    /// <exception cref="SiloStartException">They do not.</exception>
    public static SiloCredentials Load(SiloTlsOptions files, NodeId node, TimeProvider time)
    {
        var certificate = Read(() => X509Certificate2.CreateFromPemFile(files.CertificateFile, files.KeyFile), $"Tls:CertificateFile {files.CertificateFile} with Tls:KeyFile");
        var root = Read(() => X509CertificateLoader.LoadCertificateFromFile(files.RootFile), $"Tls:RootFile {files.RootFile}");
        if (PeerCertificate.Refusal(certificate, root, time.GetUtcNow(), out var identity) is { } refusal)
            throw new SiloStartException($"Tls:CertificateFile {files.CertificateFile} is not one of the authority in Tls:RootFile: {refusal}.");
        if (identity is not SwarmIdentity.Silo silo || silo.Node != node)
            throw new SiloStartException($"Tls:CertificateFile {files.CertificateFile} is for {identity}, and this is swarm://silo/{node}; give this node's certificate.");
        return new SiloCredentials(node, certificate, root);
    }

    private static T Read<T>(Func<T> read, string what)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new SiloStartException($"{what} cannot be used: {e.Message}", e);
        }
    }
}
