using System.Text.Json.Nodes;

namespace SwarmCompute;

/// <summary>Reads the members of a manifest; what is wrong is named with its path, and with what it must be.</summary>
internal static class ManifestJson
{
    public static void RefuseUnknown(JsonObject members, string path, ReadOnlySpan<string> known)
    {
        foreach (var (name, _) in members)
            if (!known.Contains(name)) throw new FormatException($"it has an unknown field '{path}{name}'; remove it.");
    }

    public static string Text(JsonObject members, string name, string path = "") =>
        members[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : throw Wrong(path + name, "a string");

    public static bool Boolean(JsonObject members, string name) =>
        members[name] is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : throw Wrong(name, "true or false");

    public static Hash32 Digest(JsonObject members, string name, string path = "") =>
        Text(members, name, path) is var text && Hash32.TryParse(text, out var hash) && text == hash.ToString()
            ? hash
            : throw Wrong(path + name, "64 lower-case hexadecimal digits");

    public static long Integer(JsonObject members, string name, long min, long max, string path = "") => Integer(members[name], path + name, min, max);

    public static long Integer(JsonArray items, string name, int at, long min, long max) => Integer(items[at], $"{name}[{at}]", min, max);

    public static void Require(bool holds, string name, string cure)
    {
        if (!holds) throw Wrong(name, cure);
    }

    public static FormatException Wrong(string name, string cure) => new($"field '{name}' must be {cure}.");

    private static long Integer(JsonNode? node, string name, long min, long max) =>
        node is JsonValue value && value.TryGetValue<long>(out var number) && number >= min && number <= max
            ? number
            : throw Wrong(name, $"an integer from {min} to {max}");
}
