using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace SwarmCompute.Client.Gateway;

/// <summary>The keys that a gateway takes; only their hashes are kept.</summary>
internal sealed class GatewayKeys
{
    /// <summary>The most bytes of a file of keys.</summary>
    public const int FileBytesMax = 16 * 1024;

    private const int KeysMax = 64, KeyLengthMin = 16, KeyLengthMax = 256;
    private const string Scheme = "Bearer ";

    private readonly ImmutableArray<byte[]> _hashes;

    private GatewayKeys(ImmutableArray<byte[]> hashes) => _hashes = hashes;

    /// <summary>Reads a file with one key a line; empty lines are left aside.</summary>
    /// <exception cref="FormatException">It has no key or too many, or one that is too short, too long or not printable ASCII. No key is in the message.</exception>
    public static GatewayKeys Parse(ReadOnlySpan<byte> file)
    {
        var keys = Encoding.UTF8.GetString(file).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (keys.Length is < 1 or > KeysMax) throw new FormatException($"it has {keys.Length} keys; give 1 to {KeysMax}, one a line");
        for (var index = 0; index < keys.Length; index++)
            if (keys[index].Length is < KeyLengthMin or > KeyLengthMax || keys[index].Any(c => c is <= ' ' or > '~'))
                throw new FormatException($"key {index + 1} does not have {KeyLengthMin} to {KeyLengthMax} letters, digits and signs without spaces");
        return new GatewayKeys([.. keys.Select(key => SHA256.HashData(Encoding.ASCII.GetBytes(key)))]);
    }

    /// <summary>Whether the header <c>Authorization</c> carries one of the keys. Takes as long whichever it is.</summary>
    public bool Accept(string? authorization)
    {
        if (authorization is null || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return false;
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(authorization[Scheme.Length..].Trim()));
        var found = false;
        foreach (var known in _hashes) found |= CryptographicOperations.FixedTimeEquals(known, hash);
        return found;
    }
}
