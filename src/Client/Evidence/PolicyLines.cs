using System.Text.Json.Nodes;
using SwarmCompute.Attestation;

namespace SwarmCompute.Client.Evidence;

/// <summary>A policy as lines for a person: every setting, and beside each that is not the default what the default is.</summary>
internal static class PolicyLines
{
    private const string None = "none";

    public static IEnumerable<string> Of(AttestationPolicy policy)
    {
        var strict = Leaves(AttestationPolicy.Strict).ToDictionary(l => l.Name, l => l.Value, StringComparer.Ordinal);
        return Leaves(policy).Select(l => l.Value == strict.GetValueOrDefault(l.Name, None) ? $"  {l.Name}: {l.Value}" : $"* {l.Name}: {l.Value} (default: {strict.GetValueOrDefault(l.Name, None)})");
    }

    private static IEnumerable<(string Name, string Value)> Leaves(AttestationPolicy policy) => Leaves("", CanonicalJson.ParseObject(policy.ToCanonicalBytes(), int.MaxValue));

    private static IEnumerable<(string Name, string Value)> Leaves(string above, JsonObject node) => node.SelectMany(m =>
    {
        var name = above.Length == 0 ? m.Key : $"{above}.{m.Key}";
        return m.Value is JsonObject { Count: > 0 } inner ? Leaves(name, inner) : [(name, Shown(m.Value))];
    });

    private static string Shown(JsonNode? node) => node switch
    {
        JsonObject { Count: 0 } or JsonArray { Count: 0 } => None,
        JsonArray items => string.Join(", ", items.Select(Shown)),
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        _ => node?.ToJsonString() ?? "",
    };
}
