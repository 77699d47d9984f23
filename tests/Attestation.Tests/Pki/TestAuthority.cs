using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SwarmCompute.Attestation.Tests;

/// <summary>An authority, or the owner of a leaf, that tests mint; disposable roots of their own.</summary>
internal sealed class TestAuthority
{
    private static int _serial = 100;

    private readonly X509SignatureGenerator _signer;

    private TestAuthority(AsymmetricAlgorithm key, X509SignatureGenerator signer, HashAlgorithmName hash, byte[] der)
    {
        Key = key;
        _signer = signer;
        Hash = hash;
        Der = der;
        Certificate = PkiCertificate.TryParse(der, out var certificate) ? certificate! : throw new InvalidOperationException("A minted certificate is not read.");
    }

    public AsymmetricAlgorithm Key { get; }

    public ECDsa Ec => (ECDsa)Key;

    public HashAlgorithmName Hash { get; }

    public byte[] Der { get; }

    public PkiCertificate Certificate { get; }

    public string Pem => new string(PemEncoding.Write("CERTIFICATE", Der)) + "\n";

    public static DateTimeOffset From { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static DateTimeOffset Until { get; } = new(2036, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static TestAuthority Root(string name, AsymmetricAlgorithm? key = null, int pathLength = 1) =>
        Make(null, name, key ?? P256.CreateKey(), new() { Authority = true, PathLength = pathLength });

    public TestAuthority Issue(string name, TestCertificateOptions? options = null, AsymmetricAlgorithm? key = null) =>
        Make(this, name, key ?? P256.CreateKey(), options ?? new());

    /// <summary>A revocation list of this authority.</summary>
    public byte[] List(DateTimeOffset? from = null, DateTimeOffset? until = null, params ReadOnlyMemory<byte>[] serials)
    {
        var builder = new CertificateRevocationListBuilder();
        foreach (var serial in serials) builder.AddEntry(serial.Span, From, X509RevocationReason.KeyCompromise);
        var subject = new X500DistinguishedName(Certificate.Subject.Span);
        var identifier = X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(SHA1Of(Certificate));
        return builder.Build(subject, _signer, 1, until ?? Until, Hash, identifier, from ?? From);
    }

    public byte[] SignDer(ReadOnlySpan<byte> data) => Ec.SignData(data, Hash, DSASignatureFormat.Rfc3279DerSequence);

    public byte[] SignFixed(ReadOnlySpan<byte> data) => Ec.SignData(data, Hash);

    private static ReadOnlySpan<byte> SHA1Of(PkiCertificate certificate) => certificate.Hash.ToArray().AsSpan(0, 20);

    private static TestAuthority Make(TestAuthority? issuer, string name, AsymmetricAlgorithm key, TestCertificateOptions options)
    {
        var subject = new X500DistinguishedName($"CN={name}, O=Test, C=US");
        var hash = key is ECDsa { KeySize: 256 } ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA384;
        var own = key is ECDsa ec ? X509SignatureGenerator.CreateForECDsa(ec) : X509SignatureGenerator.CreateForRSA((RSA)key, RSASignaturePadding.Pss);
        var request = new CertificateRequest(subject, own.PublicKey, hash);
        if (options.Constraints)
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(options.Authority, options.PathLength is not null, options.PathLength ?? 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            options.Usage ?? (options.Authority ? X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign : X509KeyUsageFlags.DigitalSignature), true));
        foreach (var extension in options.Extensions) request.CertificateExtensions.Add(extension);
        var serial = BitConverter.GetBytes(System.Net.IPAddress.HostToNetworkOrder(Interlocked.Increment(ref _serial)));
        using var certificate = request.Create(
            issuer is null ? subject : new X500DistinguishedName((options.IssuerName ?? issuer).Certificate.Subject.Span), issuer?._signer ?? own,
            options.From ?? From, options.Until ?? Until, serial);
        return new(key, own, hash, certificate.RawData);
    }
}
