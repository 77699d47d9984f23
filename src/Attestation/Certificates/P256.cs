using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SwarmCompute.Attestation;

/// <summary>ECDSA with SHA-256 on NIST P-256 in the one form that the contracts accept: fixed 64 bytes r‖s, with s in the lower half.</summary>
public static class P256
{
    /// <summary>Bytes of a signature, r‖s, and of a public key, x‖y.</summary>
    public const int PairSize = 64;

    private static readonly BigInteger N =                                  // the group's order, FIPS 186-5
        BigInteger.Parse("0ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", System.Globalization.NumberStyles.HexNumber, null);

    private static readonly BigInteger HalfN = N / 2;

    /// <summary>Makes a key pair.</summary>
    public static ECDsa CreateKey() => ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>The public point: x and y, 32 bytes each, big-endian.</summary>
    /// <exception cref="CryptographicException">The key is on another curve.</exception>
    public static (byte[] X, byte[] Y) Point(ECDsa key)
    {
        var parameters = key.ExportParameters(includePrivateParameters: false);
        if (parameters.Curve.Oid?.Value != "1.2.840.10045.3.1.7" && parameters.Curve.Oid?.FriendlyName != ECCurve.NamedCurves.nistP256.Oid.FriendlyName)
            throw new CryptographicException("The key is not on the curve P-256.");
        return (parameters.Q.X!, parameters.Q.Y!);
    }

    /// <summary>The public point of a certificate's key.</summary>
    /// <exception cref="CryptographicException">The certificate's key is not a P-256 key.</exception>
    public static (byte[] X, byte[] Y) Point(X509Certificate2 certificate)
    {
        using var key = PublicKeyOf(certificate) ?? throw new CryptographicException("The certificate's key is not a P-256 key.");
        return Point(key);
    }

    /// <summary>The elliptic-curve key of a certificate; null where it is another, damaged, or on a curve that the system does not know.</summary>
    public static ECDsa? PublicKeyOf(X509Certificate2 certificate)
    {
        try
        {
            return certificate.GetECDsaPublicKey();
        }
        catch (Exception fault) when (fault is CryptographicException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>SHA-256 of x‖y: how the chain and the reports name a key.</summary>
    public static Hash32 KeyHash(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y) => Hash32.Sha256([.. x, .. y]);

    /// <summary>SHA-256 of the key's x‖y.</summary>
    /// <exception cref="CryptographicException">The key is on another curve.</exception>
    public static Hash32 KeyHash(ECDsa key)
    {
        var (x, y) = Point(key);
        return KeyHash(x, y);
    }

    /// <summary>SHA-256 of x‖y of the certificate's key.</summary>
    /// <exception cref="CryptographicException">The certificate's key is not a P-256 key.</exception>
    public static Hash32 KeyHash(X509Certificate2 certificate)
    {
        var (x, y) = Point(certificate);
        return KeyHash(x, y);
    }

    /// <summary>Signs SHA-256 of the data; 64 bytes r‖s with s at most half of the group's order.</summary>
    public static byte[] SignLowS(ECDsa key, ReadOnlySpan<byte> data)
    {
        var signature = key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        var s = new BigInteger(signature.AsSpan(32), isUnsigned: true, isBigEndian: true);
        if (s <= HalfN) return signature;
        var low = (N - s).ToByteArray(isUnsigned: true, isBigEndian: true);
        signature.AsSpan(32).Clear();
        low.CopyTo(signature, PairSize - low.Length);
        return signature;
    }

    /// <summary>Whether the signature is over the data by the key, and in the form of <see cref="SignLowS"/>.</summary>
    public static bool Verify(ECDsa key, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        signature.Length == PairSize
        && new BigInteger(signature[32..], isUnsigned: true, isBigEndian: true) <= HalfN
        && key.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    /// <summary>Whether the signature is over the data by the certificate's key, and in the form of <see cref="SignLowS"/>.</summary>
    public static bool Verify(X509Certificate2 certificate, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        using var key = PublicKeyOf(certificate);
        return key is not null && Verify(key, data, signature);
    }
}
