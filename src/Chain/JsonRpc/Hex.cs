using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace SwarmCompute.Chain.JsonRpc;

/// <summary>The hexadecimal forms of Ethereum's JSON-RPC: quantities without leading zeros, data with an even number of digits.</summary>
internal static class Hex
{
    /// <summary>Writes a quantity.</summary>
    public static string Quantity(UInt128 value) => "0x" + value.ToString("x", CultureInfo.InvariantCulture);

    /// <summary>Writes data.</summary>
    public static string Data(ReadOnlySpan<byte> bytes) => "0x" + Convert.ToHexStringLower(bytes);

    /// <summary>Reads data.</summary>
    public static bool TryHex(this JsonElement element, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (element.ValueKind != JsonValueKind.String || element.GetString() is not { } text) return false;
        if (!text.StartsWith("0x", StringComparison.Ordinal) || text.Length % 2 != 0) return false;
        var result = new byte[(text.Length - 2) / 2];
        if (Convert.FromHexString(text.AsSpan(2), result, out _, out _) != System.Buffers.OperationStatus.Done) return false;
        bytes = result;
        return true;
    }

    /// <summary>Reads data.</summary>
    /// <exception cref="ChainException">Not data.</exception>
    public static byte[] Bytes(this JsonElement element) => element.TryHex(out var bytes) ? bytes : throw Malformed("data", element);

    /// <summary>Reads 32 bytes.</summary>
    /// <exception cref="ChainException">Not 32 bytes of data.</exception>
    public static Hash32 Hash(this JsonElement element) =>
        element.TryHex(out var bytes) && bytes.Length == Hash32.Size ? new Hash32(bytes) : throw Malformed("a hash", element);

    /// <summary>Reads an address.</summary>
    /// <exception cref="ChainException">Not 20 bytes of data.</exception>
    public static Address Address(this JsonElement element) =>
        element.TryHex(out var bytes) && bytes.Length == SwarmCompute.Address.Size ? new Address(bytes) : throw Malformed("an address", element);

    /// <summary>Reads a quantity of at most 128 bits.</summary>
    /// <exception cref="ChainException">Not such a quantity.</exception>
    public static UInt128 Quantity(this JsonElement element) =>
        element.ValueKind == JsonValueKind.String && element.GetString() is { } text && text.StartsWith("0x", StringComparison.Ordinal)
        && UInt128.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw Malformed("a quantity", element);

    /// <summary>Reads a quantity of at most 64 bits.</summary>
    /// <exception cref="ChainException">Not such a quantity.</exception>
    public static ulong UInt64(this JsonElement element) =>
        element.Quantity() is var value && value <= ulong.MaxValue ? (ulong)value : throw Malformed("a quantity of 64 bits", element);

    /// <summary>A member that must be there.</summary>
    /// <exception cref="ChainException">Not an object with that member.</exception>
    public static JsonElement Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : throw Malformed($"an object with {name}", element);

    private static ChainException Malformed(string expected, JsonElement element) =>
        new(ChainErrorKind.Unreachable, $"The endpoint gave {element.ValueKind} where {expected} is due.");
}
