using System.Text.Json;

namespace SwarmCompute.Inference;

/// <summary>Reads the JSON files of a model's folder: bounded, and every surprise is one clear line.</summary>
internal static class ImportJson
{
    /// <summary>Reads a file whose root is an object.</summary>
    /// <exception cref="ModelImportException">It is missing, too long, or something else.</exception>
    public static JsonDocument Read(string path, int bytesMax)
    {
        if (!File.Exists(path)) throw new ModelImportException($"{path} is missing; give a folder with the model's config.json, tokenizer.json, tokenizer_config.json and *.safetensors.");
        if (new FileInfo(path).Length is var length && length > bytesMax) throw new ModelImportException($"{path} has {length} bytes, more than the {bytesMax} that are accepted.");
        JsonDocument? json = null;
        try
        {
            json = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { AllowDuplicateProperties = false });
            Decode(json.RootElement);
            if (json.RootElement.ValueKind == JsonValueKind.Object) return json;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            json?.Dispose();
            throw new ModelImportException($"{path} is not valid JSON ({failure.Message.ReplaceLineEndings(" ")}); download it again.", failure);
        }
        json.Dispose();
        throw new ModelImportException($"{path} is not a JSON object; download it again.");
    }

    /// <summary>A member that is there and not null.</summary>
    public static JsonElement? Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A string's text; null for anything else.</summary>
    public static string? Text(JsonElement? element) => element is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    /// <summary>Whether a member is true; what it is where the member is missing.</summary>
    public static bool Flag(this JsonElement element, string name, bool missing = false) => element.Member(name) is { } value ? value.ValueKind == JsonValueKind.True : missing;

    /// <summary>A whole number that fits into 32 bits; null for anything else.</summary>
    public static int? Integer(JsonElement? element) => element is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var value) ? value : null;

    /// <summary>A name from a file, for a message: short, and only of printable ASCII characters.</summary>
    public static string Shown(string? text) => text is null ? "(none)" : string.Concat(text.Take(160).Select(c => c is >= ' ' and <= '~' ? c : '?'));

    /// <summary>Reads every string once, so that none that is not valid Unicode is met later.</summary>
    private static void Decode(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.String) _ = element.GetString();
        if (element.ValueKind == JsonValueKind.Array)
            foreach (var item in element.EnumerateArray()) Decode(item);
        if (element.ValueKind != JsonValueKind.Object) return;
        foreach (var member in element.EnumerateObject())
        {
            _ = member.Name;
            Decode(member.Value);
        }
    }
}
