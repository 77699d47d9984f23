using System.Collections.Immutable;
using System.Text.Json;

namespace SwarmCompute.Attestation;

/// <summary>The platform keys that are trusted: where a token names no known platform, nothing vouches for it.</summary>
/// <param name="Keys">The keys; at most <see cref="CandidatesMax"/> of them are tried for one token.</param>
public sealed record CcaKeys(ImmutableArray<CcaKey> Keys)
{
    /// <summary>The most keys that are tried for one token.</summary>
    public const int CandidatesMax = 16;

    private const int StoreMax = 256 * 1024, KeysMax = 1024;

    /// <summary>
    /// Reads one key (<see cref="CcaKey.Parse"/>), or a store of trust anchors as Trustee keeps it: a JSON list of objects with a JSON Web Key
    /// <c>pkey</c>, and, in hexadecimal, the <c>implementation-id</c> and <c>instance-id</c> whose key it is.
    /// </summary>
    /// <exception cref="FormatException">The text is neither.</exception>
    public static ImmutableArray<CcaKey> Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.AsSpan().TrimStart().StartsWith("[")) return [CcaKey.Parse(text)];
        try
        {
            return text.Length <= StoreMax ? ReadStore(text) : throw new FormatException($"A store of platform keys has at most {StoreMax} characters.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new FormatException("A store of platform keys is a list of objects with pkey, implementation-id and instance-id.", e);
        }
    }

    private static ImmutableArray<CcaKey> ReadStore(string text)
    {
        using var json = JsonDocument.Parse(text, new() { MaxDepth = 4, AllowDuplicateProperties = false });
        if (json.RootElement.GetArrayLength() is 0 or > KeysMax) throw new FormatException($"A store of platform keys has 1 to {KeysMax} of them.");
        return [.. json.RootElement.EnumerateArray().Select(k => CcaKey.Parse(k.GetProperty("pkey").GetRawText(), Id(k, "implementation-id"), Id(k, "instance-id")))];
    }

    // A key without the ids would be anybody's.
    private static string Id(JsonElement key, string name) =>
        Convert.ToHexStringLower(Convert.FromHexString(key.GetProperty(name).GetString() ?? throw new FormatException($"'{name}' is null.")));

    /// <summary>The keys that may have signed for this instance of this implementation.</summary>
    internal ImmutableArray<CcaKey> Of(string implementation, string instance) => Keys.IsDefault ? [] :
        [.. Keys.Where(k => (k.Implementation is null || k.Implementation == implementation) && (k.Instance is null || k.Instance == instance)).Take(CandidatesMax)];
}
