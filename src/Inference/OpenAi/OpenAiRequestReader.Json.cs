using System.Text.Json;

namespace SwarmCompute.Inference;

/// <summary>Members of a JSON object, checked.</summary>
internal sealed partial class OpenAiRequestReader
{
    /// <summary>The member; null where it is missing or null.</summary>
    private static JsonElement? Member(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static JsonElement Object(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object ? value : throw OpenAiException.Bad($"'{name}' must be made of objects.", name);

    private static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        JsonValueKind.String => StringOf(value, "body").Length == 0,
        JsonValueKind.Number => value.TryGetDouble(out var number) && number == 0,
        _ => false,
    };

    private static string? Text(JsonElement json, string name) => Member(json, name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value => StringOf(value, name),
        _ => throw OpenAiException.Bad($"'{name}' must be a string.", name),
    };

    /// <summary>The text; a lone surrogate (an escape that stands for no character) is refused.</summary>
    private static string StringOf(JsonElement value, string name)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException fault)
        {
            throw OpenAiException.Bad($"'{name}' is not valid text: {fault.Message}", name);
        }
    }

    private static bool Flag(JsonElement json, string name) => Member(json, name)?.ValueKind switch
    {
        null or JsonValueKind.False => false,
        JsonValueKind.True => true,
        _ => throw OpenAiException.Bad($"'{name}' must be true or false.", name),
    };

    private static double Number(JsonElement value, string name, double min, double max) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= min && number <= max
            ? number
            : throw OpenAiException.Bad($"'{name}' must be a number from {min} to {max}.", name);

    private static double NumberOr(JsonElement json, string name, double min, double max, double otherwise) =>
        Member(json, name) is { } value ? Number(value, name, min, max) : otherwise;

    private static long Integer(JsonElement value, string name, long min, long max) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= min && number <= max
            ? number
            : throw OpenAiException.Bad($"'{name}' must be an integer from {min} to {max}.", name);
}
