using System.Diagnostics.CodeAnalysis;

namespace SwarmCompute.Overlay.WireGuard;

/// <summary>A peer's X25519 public key (RFC 7748), 32 bytes. Prints as WireGuard's tools do: base64, 44 characters.</summary>
public readonly record struct WireGuardPublicKey
{
    /// <summary>Bytes in a key.</summary>
    public const int Size = 32;

    private readonly Hash32 _bytes;

    /// <summary>Takes 32 bytes.</summary>
    /// <exception cref="ArgumentException">Not 32 bytes.</exception>
    public WireGuardPublicKey(ReadOnlySpan<byte> bytes) => _bytes = new Hash32(bytes);

    /// <summary>Whether all bytes are zero, as in the default value; such a key is nobody's.</summary>
    public bool IsZero => _bytes == default;

    /// <summary>Reads base64; false where the text has another form.</summary>
    public static bool TryParse([NotNullWhen(true)] string? base64, out WireGuardPublicKey key)
    {
        key = default;
        Span<byte> bytes = stackalloc byte[Size];
        if (base64 is not { Length: 44 } || !Convert.TryFromBase64String(base64, bytes, out var count) || count != Size) return false;
        key = new WireGuardPublicKey(bytes);
        return true;
    }

    /// <summary>Reads 64 hexadecimal digits, as the device's socket speaks; false where the text has another form.</summary>
    public static bool TryParseHex(string hex, out WireGuardPublicKey key)
    {
        key = default;
        if (hex.Length != 2 * Size || !Hash32.TryParse(hex, out var bytes)) return false;
        key = new WireGuardPublicKey(bytes.ToArray());
        return true;
    }

    /// <summary>Writes the 32 bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The destination is shorter.</exception>
    public void CopyTo(Span<byte> destination) => _bytes.CopyTo(destination);

    /// <summary>The form that the device's socket speaks: 64 lower-case hexadecimal digits.</summary>
    public string ToHex() => _bytes.ToString();

    /// <inheritdoc/>
    public override string ToString() => Convert.ToBase64String(_bytes.ToArray());
}
