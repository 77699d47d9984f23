using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SwarmCompute.Attestation;

namespace SwarmCompute.Client.Demo;

/// <summary>Makes a silo's key and certificate.</summary>
internal static class SiloFiles
{
    /// <summary>Writes <c>NODE.pem</c> and <c>NODE.key.pem</c>, readable by this user only.</summary>
    public static (string Certificate, string Key) Write(CertificateAuthority authority, NodeId node, string directory, TimeSpan lifetime)
    {
        using var key = P256.CreateKey();
        using var certificate = authority.Issue(new SwarmIdentity.Silo(node), key, lifetime);
        var certificateFile = Path.Combine(directory, $"{node}.pem");
        var keyFile = Path.Combine(directory, $"{node}.key.pem");
        WriteNew(certificateFile, certificate.ExportCertificatePem());
        WriteNew(keyFile, key.ExportPkcs8PrivateKeyPem());
        return (certificateFile, keyFile);
    }

    /// <summary>Writes <c>NODE.pem</c> for a key that the silo made itself, with its evidence.</summary>
    public static string Write(CertificateAuthority authority, NodeId node, string directory, TimeSpan lifetime, PublicKey key, Attestation.Evidence evidence)
    {
        using var publicKey = key.GetECDsaPublicKey() ?? throw new CryptographicException("The request's key is not an elliptic-curve key.");
        using var certificate = authority.Issue(new SwarmIdentity.Silo(node), publicKey, lifetime, EvidenceExtension.Create(evidence));
        var file = Path.Combine(directory, $"{node}.pem");
        WriteNew(file, certificate.ExportCertificatePem());
        return file;
    }

    private static void WriteNew(string path, string pem)
    {
        using var writer = new StreamWriter(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        writer.Write(pem);
    }
}
