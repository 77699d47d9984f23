using System.Security.Cryptography;

namespace SwarmCompute.Attestation;

/// <summary>The three curves of CCA's keys, and the forms in which tokens and endorsements write their points.</summary>
internal static class CcaCurve
{
    private const long KeyTypeEc2 = 2;
    private const byte Uncompressed = 4;

    /// <summary>Whether the key is on P-256, P-384 or P-521.</summary>
    public static bool IsKnown(ECDsa key)
    {
        var curve = key.ExportParameters(includePrivateParameters: false).Curve;
        return curve.IsNamed && (Same(curve, ECCurve.NamedCurves.nistP256) || Same(curve, ECCurve.NamedCurves.nistP384) || Same(curve, ECCurve.NamedCurves.nistP521));
    }

    /// <summary>The key at a point; null where the curve is another or the point does not lie on it.</summary>
    public static ECDsa? Key(string curve, byte[] x, byte[] y) => curve switch
    {
        "P-256" when x.Length == 32 && y.Length == 32 => Import(ECCurve.NamedCurves.nistP256, x, y),
        "P-384" when x.Length == 48 && y.Length == 48 => Import(ECCurve.NamedCurves.nistP384, x, y),
        "P-521" when x.Length == 66 && y.Length == 66 => Import(ECCurve.NamedCurves.nistP521, x, y),
        _ => null,
    };

    /// <summary>The key of an uncompressed point (SEC 1, section 2.3.3), as the older realm profile has it.</summary>
    public static ECDsa? FromPoint(ReadOnlySpan<byte> point)
    {
        if (point.IsEmpty || point[0] != Uncompressed || point.Length % 2 == 0) return null;
        var size = point.Length / 2;
        return Key(size switch { 32 => "P-256", 48 => "P-384", 66 => "P-521", _ => "" }, point.Slice(1, size).ToArray(), point[(1 + size)..].ToArray());
    }

    /// <summary>The key of a COSE_Key (RFC 9053, section 7.1.1), as the newer realm profile has it.</summary>
    public static ECDsa? FromCose(byte[] bytes) =>
        CborDocument.Read(bytes, out _) is CborNode.Map map
        && map[1] is CborNode.Integer { Value: KeyTypeEc2 } && map[-1] is CborNode.Integer curve
        && map[-2] is CborNode.Bytes x && map[-3] is CborNode.Bytes y
        && map[-4] is null
            ? Key(curve.Value switch { 1 => "P-256", 2 => "P-384", 3 => "P-521", _ => "" }, x.Value, y.Value)
            : null;

    private static bool Same(ECCurve a, ECCurve b) => a.Oid.Value == b.Oid.Value || a.Oid.FriendlyName == b.Oid.FriendlyName;

    private static ECDsa? Import(ECCurve curve, byte[] x, byte[] y)
    {
        try
        {
            return ECDsa.Create(new ECParameters { Curve = curve, Q = new() { X = x, Y = y } });
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
