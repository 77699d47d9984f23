using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SwarmCompute.Attestation;

/// <summary>The authority's root key: issues certificates that name swarm identities, and signs leases for the chain.</summary>
public sealed class CertificateAuthority : IDisposable
{
    /// <summary>The file of the root's private key below the authority's directory; readable by its owner alone.</summary>
    public const string KeyFile = "root.key.pem";

    /// <summary>The file of the root's certificate (DER) below the authority's directory.</summary>
    public const string CertificateFile = "root.cer";

    /// <summary>How far a certificate's validity reaches back, for peers whose clocks are late.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan RootLifetime = TimeSpan.FromDays(3650);

    private readonly ECDsa _key;
    private readonly X509Certificate2 _signer;
    private readonly TimeProvider _time;

    private CertificateAuthority(ECDsa key, X509Certificate2 root, TimeProvider time)
    {
        _key = key;
        _time = time;
        Root = root;
        _signer = root.CopyWithPrivateKey(key);
        KeyHash = P256.KeyHash(key);
    }

    /// <summary>The root's certificate, without its key.</summary>
    public X509Certificate2 Root { get; }

    /// <summary>SHA-256 of the root key's x‖y: what manifests and orders on the chain name.</summary>
    public Hash32 KeyHash { get; }

    /// <summary>Makes a new root, valid for ten years.</summary>
    public static CertificateAuthority Create(TimeProvider time)
    {
        var key = P256.CreateKey();
        var request = new CertificateRequest("CN=SwarmCompute authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var now = time.GetUtcNow();
        using var selfSigned = request.CreateSelfSigned(now - ClockTolerance, now + RootLifetime);
        return new CertificateAuthority(key, X509CertificateLoader.LoadCertificate(selfSigned.RawData), time);
    }

    /// <summary>Reads a root that <see cref="Save"/> wrote.</summary>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    /// <exception cref="CryptographicException">A file is damaged, or the two do not belong together.</exception>
    public static CertificateAuthority Load(string directory, TimeProvider time)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(Path.Combine(directory, KeyFile)));
            var root = X509CertificateLoader.LoadCertificate(File.ReadAllBytes(Path.Combine(directory, CertificateFile)));
            if (P256.KeyHash(key) != P256.KeyHash(root))
                throw new CryptographicException($"{KeyFile} and {CertificateFile} in {directory} do not belong together.");
            return new CertificateAuthority(key, root, time);
        }
        catch (ArgumentException fault)
        {
            key.Dispose();
            throw new CryptographicException($"{Path.Combine(directory, KeyFile)} is not a private key in PEM form.", fault);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>Writes the root's key (mode 0600) and certificate into the directory, which is made if need be.</summary>
    /// <exception cref="IOException">The directory already holds a root, or cannot be written.</exception>
    public void Save(string directory)
    {
        Directory.CreateDirectory(directory);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new StreamWriter(Path.Combine(directory, KeyFile), options)) file.WriteLine(_key.ExportPkcs8PrivateKeyPem());
        File.WriteAllBytes(Path.Combine(directory, CertificateFile), Root.RawData);
    }

    /// <summary>Certifies a public key as this identity's, for TLS in both directions. The result holds no private key.</summary>
    /// <param name="identity">Whom the certificate names.</param>
    /// <param name="publicKey">The P-256 key; its private half is not needed.</param>
    /// <param name="lifetime">How long from now; never beyond the root's own end.</param>
    /// <param name="evidence">What the key's holder showed, for its peers to judge; null: nothing.</param>
    /// <exception cref="CryptographicException">The key is on another curve.</exception>
    public X509Certificate2 Issue(SwarmIdentity identity, ECDsa publicKey, TimeSpan lifetime, X509Extension? evidence = null)
    {
        _ = P256.Point(publicKey);                                           // refuses other curves
        var request = new CertificateRequest("CN=SwarmCompute", publicKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid(PeerCertificate.ServerAuthentication), new Oid(PeerCertificate.ClientAuthentication)], true));
        request.CertificateExtensions.Add(identity.ToExtension());
        if (evidence is not null) request.CertificateExtensions.Add(evidence);
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Root, true, false));
        var now = _time.GetUtcNow();
        var end = now + lifetime < Root.NotAfter ? now + lifetime : new DateTimeOffset(Root.NotAfter);
        return request.Create(_signer, now - ClockTolerance, end, RandomNumberGenerator.GetBytes(16));
    }

    /// <summary>Signs a lease for the order book: 64 bytes r‖s, low s.</summary>
    public byte[] SignLease(LeaseStatement lease) => P256.SignLowS(_key, lease.ToBytes());

    /// <inheritdoc/>
    public void Dispose()
    {
        _signer.Dispose();
        Root.Dispose();
        _key.Dispose();
    }
}
