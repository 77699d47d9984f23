using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SwarmCompute;

/// <summary>
/// One byte form for one JSON value, so that it can be hashed: RFC 8785 (JSON Canonicalization Scheme), restricted to objects, arrays,
/// strings, booleans, null and integers from -(2^53 - 1) to 2^53 - 1 (RFC 7493, section 2.2).
/// </summary>
public static class CanonicalJson
{
    /// <summary>The deepest nesting that is read or written.</summary>
    public const int DepthMax = 16;

    /// <summary>The largest integer: 2^53 - 1.</summary>
    public const long IntegerMax = (1L << 53) - 1;

    /// <summary>Writes the canonical UTF-8 form.</summary>
    /// <exception cref="FormatException">The value holds a number that is no such integer, or is nested deeper than <see cref="DepthMax"/>.</exception>
    public static byte[] Serialize(JsonNode? node)
    {
        var text = new StringBuilder();
        Write(text, node, 0);
        return StrictUtf8.GetBytes(text.ToString());
    }

    /// <summary>Reads an object from UTF-8 JSON of any layout; duplicate names, other numbers and deep nesting are refused.</summary>
    /// <exception cref="FormatException">The bytes are no such object, or more than <paramref name="bytesMax"/>; the message is one line.</exception>
    public static JsonObject ParseObject(ReadOnlyMemory<byte> utf8, int bytesMax)
    {
        if (utf8.Length > bytesMax) throw new FormatException($"The JSON text has {utf8.Length} bytes; at most {bytesMax} are read.");
        try
        {
            using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = DepthMax, AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw new FormatException("The JSON text is not an object.");
            CheckValue(document.RootElement);
            return JsonObject.Create(document.RootElement.Clone())!;
        }
        catch (JsonException fault)
        {
            throw new FormatException($"The text is not valid JSON: {fault.Message}", fault);
        }
        catch (InvalidOperationException fault)      // a string that is not valid UTF-16 once unescaped
        {
            throw new FormatException($"The text is not valid JSON: {fault.Message}", fault);
        }
    }

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static void CheckValue(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    _ = member.Name;
                    CheckValue(member.Value);
                }
                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray()) CheckValue(item);
                break;
            case JsonValueKind.Number:
                Integer(value);
                break;
            case JsonValueKind.String:
                _ = value.GetString();
                break;
        }
    }

    private static void Write(StringBuilder text, JsonNode? node, int depth)
    {
        if (depth >= DepthMax) throw new FormatException($"The JSON value is nested deeper than {DepthMax}.");
        switch (node)
        {
            case null: text.Append("null"); break;
            case JsonObject members: WriteObject(text, members, depth); break;
            case JsonArray items: WriteArray(text, items, depth); break;
            default: WriteValue(text, node.AsValue()); break;
        }
    }

    private static void WriteObject(StringBuilder text, JsonObject members, int depth)
    {
        var separator = '{';
        foreach (var (name, value) in members.OrderBy(m => m.Key, StringComparer.Ordinal))
        {
            text.Append(separator);
            WriteString(text, name);
            text.Append(':');
            Write(text, value, depth + 1);
            separator = ',';
        }
        text.Append(members.Count == 0 ? "{}" : "}");
    }

    private static void WriteArray(StringBuilder text, JsonArray items, int depth)
    {
        text.Append('[');
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0) text.Append(',');
            Write(text, items[i], depth + 1);
        }
        text.Append(']');
    }

    // The common types by themselves: the serializer would compile its way through all of them, which a guest's start has no time for.
    private static void WriteValue(StringBuilder text, JsonValue value)
    {
        if (value.TryGetValue<string>(out var written)) WriteString(text, written);
        else if (value.TryGetValue<JsonElement>(out var parsed)) WriteElement(text, parsed);
        else if (value.TryGetValue<int>(out var small)) text.Append(small.ToString(CultureInfo.InvariantCulture));
        else if (value.TryGetValue<long>(out var number) && number is >= -IntegerMax and <= IntegerMax) text.Append(number.ToString(CultureInfo.InvariantCulture));
        else if (value.TryGetValue<ulong>(out var natural) && natural <= IntegerMax) text.Append(natural.ToString(CultureInfo.InvariantCulture));
        else WriteElement(text, JsonSerializer.SerializeToElement<JsonNode>(value));
    }

    private static void WriteElement(StringBuilder text, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.True: text.Append("true"); break;
            case JsonValueKind.False: text.Append("false"); break;
            case JsonValueKind.Null: text.Append("null"); break;
            case JsonValueKind.String: WriteString(text, value.GetString()!); break;
            case JsonValueKind.Number: text.Append(Integer(value).ToString(CultureInfo.InvariantCulture)); break;
            default: throw new FormatException($"A JSON value of kind {value.ValueKind} has no canonical form.");
        }
    }

    private static long Integer(JsonElement value) =>
        value.TryGetInt64(out var number) && number is >= -IntegerMax and <= IntegerMax
            ? number
            : throw new FormatException($"The number {value.GetRawText()} is not an integer from -(2^53 - 1) to 2^53 - 1.");

    private static readonly SearchValues<char> Escaped = SearchValues.Create(
        "\"\\\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f" +
        "\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f");

    // RFC 8785, section 3.2.2.2: the two-character escapes, \u00xx in lower case for other controls, everything else as it is.
    private static void WriteString(StringBuilder text, string value)
    {
        text.Append('"');
        if (!value.AsSpan().ContainsAny(Escaped)) text.Append(value);
        else foreach (var c in value) WriteCharacter(text, c);
        text.Append('"');
    }

    private static void WriteCharacter(StringBuilder text, char c)
    {
        switch (c)
        {
            case '"': text.Append("\\\""); break;
            case '\\': text.Append("\\\\"); break;
            case '\b': text.Append("\\b"); break;
            case '\t': text.Append("\\t"); break;
            case '\n': text.Append("\\n"); break;
            case '\f': text.Append("\\f"); break;
            case '\r': text.Append("\\r"); break;
            case < ' ': text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"); break;
            default: text.Append(c); break;
        }
    }
}
