using System.Text.Json.Nodes;

namespace SwarmCompute.Attestation;

/// <summary>The lines that say what is wrong with a policy file. What they quote from it is cut, and holds no control character.</summary>
internal static class PolicyText
{
    private const int ShownMax = 48;

    /// <summary>A value is not what may stand there.</summary>
    public static FormatException Wrong(string path, JsonNode? node, string cure) => new($"'{path}' is {Shown(node)}; give {cure}");

    /// <summary>A member has a name that nothing here has.</summary>
    public static string Unknown(string path, IEnumerable<string> known) => $"'{path}' is unknown; remove it, or give one of {string.Join(", ", known)}";

    /// <summary>A name is not one that may stand there.</summary>
    public static FormatException Misnamed(string above, string name, string cure) => new($"'{Path(above, name)}' is unknown; as its name give {cure}");

    /// <summary>Where a member stands.</summary>
    public static string Path(string above, string name) => above.Length == 0 ? Cut(name) : $"{above}.{Cut(name)}";

    private static string Shown(JsonNode? node) => node switch
    {
        null => "null",
        JsonObject => "an object",
        JsonArray => "a list",
        JsonValue value when value.TryGetValue<string>(out var text) => $"\"{Cut(text)}\"",
        _ => Cut(node.ToJsonString()),
    };

    private static string Cut(string text)
    {
        var shown = string.Concat((text.Length <= ShownMax ? text : text[..ShownMax]).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
        return text.Length <= ShownMax ? shown : shown + "…";
    }
}
