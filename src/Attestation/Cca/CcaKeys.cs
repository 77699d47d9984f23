using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace SwarmCompute.Attestation;

/// <summary>The platform keys that are trusted: where a token names no known platform, nothing vouches for it.</summary>
/// <param name="Keys">The keys; at most <see cref="CandidatesMax"/> of them are tried for one token.</param>
public sealed record CcaKeys(ImmutableArray<CcaKey> Keys)
{
    /// <summary>The most keys that are tried for one token.</summary>
    public const int CandidatesMax = 16;

    /// <summary>The most keys of a store.</summary>
    public const int KeysMax = 1024;

    private const int StoreMax = 256 * 1024;
    private const string KeyMember = "pkey", ImplementationMember = "implementation-id", InstanceMember = "instance-id";

    /// <summary>
    /// Whether these are all that their owner trusts: then a platform whose key is not among them is refused for good. Where they are not, a key
    /// may become known later. Default: they are not.
    /// </summary>
    public bool AreAll { get; init; }

    /// <summary>
    /// Reads one key (<see cref="CcaKey.Parse"/>), or a store of trust anchors as Trustee keeps it: a JSON list of objects with a JSON Web Key
    /// <c>pkey</c>, and, in hexadecimal, the <c>implementation-id</c> and <c>instance-id</c> whose key it is.
    /// </summary>
    /// <exception cref="FormatException">The text is neither.</exception>
    public static ImmutableArray<CcaKey> Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.AsSpan().TrimStart().StartsWith("[")) return [CcaKey.Parse(text)];
        return ReadStore(text) is { IsEmpty: false } keys ? keys : throw new FormatException($"A store of platform keys has 1 to {KeysMax} of them.");
    }

    /// <summary>Reads all keys that somebody trusts for a platform, as <see cref="ToStore"/> writes them; there may be none.</summary>
    /// <exception cref="FormatException">It is no store.</exception>
    public static CcaKeys ReadAll(ReadOnlySpan<byte> store) => new(ReadStore(Encoding.UTF8.GetString(store))) { AreAll = true };

    /// <summary>
    /// The keys for the platform that a token names, each for that platform alone: what an authority hands on is trusted for nothing else. None
    /// where the token cannot be read.
    /// </summary>
    /// <param name="token">The token; nothing of it is trusted.</param>
    public CcaKeys For(ReadOnlyMemory<byte> token) => CcaToken.Read(token, out _) is { } read && CcaPlatformClaims.Read(read.Platform.Payload, out _) is { } platform
        ? this with { Keys = [.. Of(platform.Implementation, platform.Instance).Select(k => k.Of(platform.Implementation, platform.Instance))] }
        : this with { Keys = [] };

    /// <summary>
    /// Writes a store of trust anchors. Keys that are not of one implementation and one instance, or that end, are left out: the form has no place
    /// for that, and without it a key would be trusted for more, or for longer.
    /// </summary>
    public byte[] ToStore()
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartArray();
            foreach (var key in Keys.Where(k => k is { Implementation: not null, Instance: not null, ExpiresAt: null }))
            {
                json.WriteStartObject();
                json.WritePropertyName(KeyMember);
                json.WriteRawValue(key.ToJwk());
                json.WriteString(ImplementationMember, key.Implementation);
                json.WriteString(InstanceMember, key.Instance);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        return bytes.WrittenSpan.ToArray();
    }

    private static ImmutableArray<CcaKey> ReadStore(string text)
    {
        if (text.Length > StoreMax) throw new FormatException($"A store of platform keys has at most {StoreMax} characters.");
        try
        {
            using var json = JsonDocument.Parse(text, new() { MaxDepth = 4, AllowDuplicateProperties = false });
            if (json.RootElement.GetArrayLength() > KeysMax) throw new FormatException($"A store of platform keys has at most {KeysMax} of them.");
            return [.. json.RootElement.EnumerateArray().Select(k => CcaKey.Parse(k.GetProperty(KeyMember).GetRawText(), Id(k, ImplementationMember), Id(k, InstanceMember)))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new FormatException("A store of platform keys is a list of objects with pkey, implementation-id and instance-id.", e);
        }
    }

    // A key without the ids would be anybody's.
    private static string Id(JsonElement key, string name) =>
        Convert.ToHexStringLower(Convert.FromHexString(key.GetProperty(name).GetString() ?? throw new FormatException($"'{name}' is null.")));

    /// <summary>The keys that may have signed for this instance of this implementation.</summary>
    internal ImmutableArray<CcaKey> Of(string implementation, string instance) => Keys.IsDefault ? [] :
        [.. Keys.Where(k => (k.Implementation is null || k.Implementation == implementation) && (k.Instance is null || k.Instance == instance)).Take(CandidatesMax)];
}
