using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace SwarmCompute.Attestation;

/// <summary>
/// Items in one JSON document, of a form of our own: <c>{"swarmCollateral":1,"items":[{"key","fetchedAt","sha256","body","issuerChain"}]}</c>;
/// body and chain in base64, the hash over both one after the other. Each file of a cache has this form, with one item.
/// </summary>
/// <param name="Items">The items, each key once.</param>
public sealed record CollateralBundle(ImmutableArray<CollateralItem> Items)
{
    /// <summary>The version that is written and read.</summary>
    public const int Version = 1;

    /// <summary>The most bytes of a document.</summary>
    public const int BytesMax = 64 * 1024 * 1024;

    /// <summary>The most items.</summary>
    public const int ItemsMax = 4096;

    private const string Name = "swarmCollateral", Time = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    /// <summary>Whether the bytes mean to be such a document, good or not.</summary>
    public static bool IsBundle(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 4 });
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject && reader.Read()
                && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals(Name);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Reads a document; null, and where and why, where it has another form. Nothing in it is trusted yet.</summary>
    public static CollateralBundle? Read(ReadOnlyMemory<byte> json, out string fault)
    {
        fault = $"it has {json.Length} bytes; at most {BytesMax} are read";
        if (json.Length > BytesMax) return null;
        var place = "the document";
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 4, AllowDuplicateProperties = false });
            var bundle = Read(document.RootElement, ref place);
            fault = "";
            return bundle;
        }
        catch (Exception e) when (IntelJson.IsProblem(e))
        {
            fault = $"{place}: {e.Message}";
            return null;
        }
    }

    /// <summary>Writes the document, its items in the order of their keys.</summary>
    public byte[] Write()
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartObject();
            writer.WriteNumber(Name, Version);
            writer.WriteStartArray("items");
            foreach (var item in Items.OrderBy(i => i.Key.Text, StringComparer.Ordinal)) Write(writer, item);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        return bytes.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, CollateralItem item)
    {
        writer.WriteStartObject();
        writer.WriteString("key", item.Key.Text);
        writer.WriteString("fetchedAt", item.FetchedAt.UtcDateTime.ToString(Time, CultureInfo.InvariantCulture));
        writer.WriteString("sha256", Convert.ToHexStringLower(item.Hash().ToArray()));
        writer.WriteBase64String("body", item.Body.Span);
        if (item.IssuerChain is { } chain) writer.WriteBase64String("issuerChain", chain.Span);
        writer.WriteEndObject();
    }

    private static CollateralBundle Read(JsonElement root, ref string place)
    {
        place = Name;
        var version = root.GetProperty(Name).GetInt32();
        if (version != Version) throw new FormatException($"version {version} is not known here; {Version} is.");
        place = "items";
        var array = root.GetProperty("items");
        if (array.GetArrayLength() > ItemsMax) throw new FormatException($"There are {array.GetArrayLength()}; at most {ItemsMax} are read.");
        var items = ImmutableArray.CreateBuilder<CollateralItem>(array.GetArrayLength());
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var element in array.EnumerateArray())
        {
            place = $"items[{items.Count}]";
            var item = Item(element);
            if (!seen.Add(item.Key.Text)) throw new FormatException($"'{item.Key}' comes twice.");
            items.Add(item);
        }
        return new(items.MoveToImmutable());
    }

    private static CollateralItem Item(JsonElement json)
    {
        var name = IntelJson.Text(json, "key");
        if (!CollateralKey.TryParse(name, out var key)) throw new FormatException("The key names no collateral.");
        var body = json.GetProperty("body").GetBytesFromBase64();
        var chain = json.TryGetProperty("issuerChain", out var given) ? given.GetBytesFromBase64() : null;
        if (body.Length > CollateralItem.BodyBytesMax || chain?.Length > CollateralItem.ChainBytesMax) throw new FormatException("The item is too long.");
        var item = new CollateralItem(key!, body, chain is null ? null : new ReadOnlyMemory<byte>?(chain), IntelJson.Time(json, "fetchedAt"));
        return item.Hash().ToArray().AsSpan().SequenceEqual(IntelJson.Hex(json, "sha256", Hash32.Size))
            ? item
            : throw new FormatException("The hash is not that of the body and the certificates.");
    }
}
