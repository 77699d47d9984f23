using System.Formats.Asn1;
using System.Security.Cryptography;

namespace SwarmCompute.Attestation;

/// <summary>
/// A vendor's public key. A key is imported once and then kept (an import costs as much as a check of a signature), and so is the
/// knowledge that a signature held: collateral and intermediate certificates come again with every piece of evidence.
/// </summary>
public sealed class PkiKey
{
    private const int KeysMax = 1024;
    private const int SignaturesMax = 8192;
    private const int InfoBytesMax = 1024;

    private static readonly BoundedMemory<PkiKey> Keys = new(KeysMax);
    private static readonly BoundedMemory<bool> Signatures = new(SignaturesMax);

    // SubjectPublicKeyInfo of a P-256 key up to its point (RFC 5480, section 2).
    private static readonly byte[] P256Prefix = Convert.FromHexString("3059301306072a8648ce3d020106082a8648ce3d03010703420004");

    private readonly Hash32 _id;
    private readonly ECDsa? _ec;
    private readonly RSA? _rsa;

    private PkiKey(Hash32 id, PkiAlgorithm algorithm, ECDsa? ec, RSA? rsa) => (_id, Algorithm, _ec, _rsa) = (id, algorithm, ec, rsa);

    /// <summary>The one algorithm that this key signs with.</summary>
    public PkiAlgorithm Algorithm { get; }

    /// <summary>Takes SubjectPublicKeyInfo: P-256, P-384 (uncompressed points on the curve) or RSA of 2048 to 4096 bits; null for anything else.</summary>
    public static PkiKey? Import(ReadOnlyMemory<byte> publicKeyInfo)
    {
        if (publicKeyInfo.IsEmpty || publicKeyInfo.Length > InfoBytesMax) return null;
        var id = Hash32.Sha256(publicKeyInfo.Span);
        if (Keys.TryGet(id, out var known)) return known;
        var key = Import(id, publicKeyInfo);
        if (key is not null) Keys.Keep(id, key);
        return key;
    }

    private static PkiKey? Import(Hash32 id, ReadOnlyMemory<byte> publicKeyInfo)
    {
        try
        {
            return Read(id, publicKeyInfo);
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException or ArgumentException or InvalidOperationException or OverflowException)
        {
            return null;
        }
    }

    /// <summary>Takes a point of P-256: x and y, 32 bytes each, big-endian; null where it is not on the curve.</summary>
    /// <param name="point">The point.</param>
    /// <param name="keep">Whether the key is kept: not where anyone may have made it.</param>
    public static PkiKey? ImportP256(ReadOnlySpan<byte> point, bool keep = true)
    {
        if (point.Length != P256.PairSize) return null;
        byte[] info = [.. P256Prefix, .. point];
        return keep ? Import(info) : Import(Hash32.Sha256(info), info);
    }

    /// <summary>Whether an ECDSA signature in DER, or an RSA signature, is over the data and of this key.</summary>
    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        Span<byte> digest = stackalloc byte[SHA384.HashSizeInBytes];
        return Remembered(digest[..Digest(data, digest)], signature, DSASignatureFormat.Rfc3279DerSequence);
    }

    /// <summary>Whether an ECDSA signature r‖s, both big-endian and of the curve's size, is over the data and of this key.</summary>
    public bool VerifyFixed(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        Span<byte> digest = stackalloc byte[SHA384.HashSizeInBytes];
        return VerifyFixedDigest(digest[..Digest(data, digest)], signature);
    }

    /// <summary>As <see cref="VerifyFixed"/>, over data whose SHA-256 (P-256) or SHA-384 (P-384) the caller has.</summary>
    internal bool VerifyFixedDigest(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature) =>
        _ec is not null && Remembered(digest, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    /// <summary>As <see cref="VerifyFixed"/>, without remembering it: for signatures that are seen once.</summary>
    public bool VerifyFixedOnce(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        Span<byte> digest = stackalloc byte[SHA384.HashSizeInBytes];
        return _ec is not null && Check(digest[..Digest(data, digest)], signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    /// <summary>Forgets all keys and signatures: for benchmarks of what comes first.</summary>
    internal static void Forget()
    {
        Keys.Clear();
        Signatures.Clear();
    }

    private bool Remembered(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature, DSASignatureFormat format)
    {
        if (signature.IsEmpty || signature.Length > 512) return false;
        var name = Name(digest, signature, format);
        if (Signatures.TryGet(name, out _)) return true;
        if (!Check(digest, signature, format)) return false;
        Signatures.Keep(name, true);
        return true;
    }

    private Hash32 Name(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature, DSASignatureFormat format)
    {
        Span<byte> bytes = stackalloc byte[1 + Hash32.Size + SHA384.HashSizeInBytes + 512];
        bytes[0] = (byte)format;
        _id.CopyTo(bytes[1..]);
        digest.CopyTo(bytes[(1 + Hash32.Size)..]);
        signature.CopyTo(bytes[(1 + Hash32.Size + digest.Length)..]);
        return Hash32.Sha256(bytes[..(1 + Hash32.Size + digest.Length + signature.Length)]);
    }

    private int Digest(ReadOnlySpan<byte> data, Span<byte> digest) =>
        Algorithm == PkiAlgorithm.EcdsaP256Sha256 ? SHA256.HashData(data, digest) : SHA384.HashData(data, digest);

    private bool Check(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature, DSASignatureFormat format)
    {
        try
        {
            return _ec?.VerifyHash(digest, signature, format) ?? _rsa!.VerifyHash(digest, signature, HashAlgorithmName.SHA384, RSASignaturePadding.Pss);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static PkiKey? Read(Hash32 id, ReadOnlyMemory<byte> publicKeyInfo)
    {
        var reader = new AsnReader(publicKeyInfo, AsnEncodingRules.DER);
        var info = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        var algorithm = info.ReadSequence();
        var bits = PkiAsn.ReadBits(info);
        info.ThrowIfNotEmpty();
        return algorithm.ReadObjectIdentifier() switch
        {
            "1.2.840.10045.2.1" => ReadEc(id, algorithm, bits.Span),
            "1.2.840.113549.1.1.1" => ReadRsa(id, bits.Span),
            _ => null,
        };
    }

    private static PkiKey? ReadEc(Hash32 id, AsnReader algorithm, ReadOnlySpan<byte> point)
    {
        var curve = algorithm.ReadObjectIdentifier();
        algorithm.ThrowIfNotEmpty();
        var (size, named, kind) = curve switch
        {
            "1.2.840.10045.3.1.7" => (32, ECCurve.NamedCurves.nistP256, PkiAlgorithm.EcdsaP256Sha256),
            "1.3.132.0.34" => (48, ECCurve.NamedCurves.nistP384, PkiAlgorithm.EcdsaP384Sha384),
            _ => default,
        };
        if (size == 0 || point.Length != 1 + 2 * size || point[0] != 4) return null;
        var q = new ECPoint { X = point.Slice(1, size).ToArray(), Y = point[(1 + size)..].ToArray() };
        return new(id, kind, ECDsa.Create(new ECParameters { Curve = named, Q = q }), null);
    }

    private static PkiKey? ReadRsa(Hash32 id, ReadOnlySpan<byte> key)
    {
        var rsa = RSA.Create();
        rsa.ImportRSAPublicKey(key, out var read);
        var exponent = rsa.ExportParameters(includePrivateParameters: false).Exponent!;
        if (read == key.Length && rsa.KeySize is >= 2048 and <= 4096 && exponent.Length <= 4) return new(id, PkiAlgorithm.RsaPssSha384, null, rsa);
        rsa.Dispose();
        return null;
    }
}
