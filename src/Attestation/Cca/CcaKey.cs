using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace SwarmCompute.Attestation;

/// <summary>A platform attestation key (CPAK, IAK) that its maker vouches for. There is no public root for these keys yet.</summary>
public sealed class CcaKey
{
    private const int TextMax = 8 * 1024;

    private CcaKey(ECDsa key) => Key = key;

    /// <summary>The implementation (hexadecimal) whose key it is; null for any.</summary>
    public string? Implementation { get; init; }

    /// <summary>The instance (hexadecimal) whose key it is; null for any.</summary>
    public string? Instance { get; init; }

    /// <summary>When the maker's word for the key ends; null where it has no end.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The bits of the key's curve: 256, 384 or 521.</summary>
    public int Bits => Key.KeySize;

    internal ECDsa Key { get; }

    /// <summary>Reads a P-256, P-384 or P-521 public key from PEM (RFC 7468) or a JSON Web Key (RFC 7517).</summary>
    /// <exception cref="FormatException">The text is neither.</exception>
    public static CcaKey Parse(string text, string? implementation = null, string? instance = null, DateTimeOffset? expiresAt = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > TextMax) throw new FormatException($"A platform key has at most {TextMax} characters.");
        try
        {
            var key = text.TrimStart().StartsWith('{') ? FromJson(text) : FromPem(text);
            return new(key) { Implementation = implementation, Instance = instance, ExpiresAt = expiresAt };
        }
        catch (Exception e) when (e is JsonException or CryptographicException or PlatformNotSupportedException or ArgumentException or InvalidOperationException or KeyNotFoundException)
        {
            throw new FormatException("A platform key is PEM or JWK of a point on P-256, P-384 or P-521.", e);
        }
    }

    /// <summary>The same key, for one instance of one implementation alone.</summary>
    internal CcaKey Of(string implementation, string instance) => new(Key) { Implementation = implementation, Instance = instance, ExpiresAt = ExpiresAt };

    /// <summary>The public key as a JSON Web Key (RFC 7517), which <see cref="Parse"/> reads again.</summary>
    internal string ToJwk()
    {
        var point = Key.ExportParameters(includePrivateParameters: false).Q;
        return $$"""{"kty":"EC","crv":"P-{{Key.KeySize}}","x":"{{Base64Url.EncodeToString(point.X)}}","y":"{{Base64Url.EncodeToString(point.Y)}}"}""";
    }

    private static ECDsa FromPem(string text)
    {
        var key = ECDsa.Create();
        key.ImportFromPem(text);
        return CcaCurve.IsKnown(key) ? key : throw new FormatException("A platform key is on P-256, P-384 or P-521.");
    }

    private static ECDsa FromJson(string text)
    {
        using var json = JsonDocument.Parse(text, new() { MaxDepth = 4, AllowDuplicateProperties = false });
        string Member(string name) => json.RootElement.GetProperty(name).GetString() ?? throw new FormatException($"A JWK needs '{name}'.");
        if (Member("kty") != "EC") throw new FormatException("A platform key's kty is EC.");
        byte[] Coordinate(string name) => Base64Url.DecodeFromChars(Member(name));
        return CcaCurve.Key(Member("crv"), Coordinate("x"), Coordinate("y")) ?? throw new FormatException("A platform key is a point on P-256, P-384 or P-521.");
    }
}
