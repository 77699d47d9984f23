using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace SwarmCompute.Attestation;

/// <summary>An object of a policy file: the members that it may have. One that is not known is a fault: it may be meant to make the policy stricter.</summary>
internal sealed record PolicyObject<T>(ImmutableArray<PolicyMember<T>> Members)
{
    /// <summary>The names of the members.</summary>
    public IEnumerable<string> Names => Members.Select(m => m.Name);

    /// <summary>Reads what the file names; the rest stays.</summary>
    public T Read(T into, JsonNode? node, string path, List<string> faults)
    {
        if (node is not JsonObject json)
        {
            faults.Add(PolicyText.Wrong(path, node, $"an object with some of {string.Join(", ", Names)}").Message);
            return into;
        }
        foreach (var (name, value) in json)
        {
            var where = PolicyText.Path(path, name);
            if (Members.FirstOrDefault(m => m.Name == name) is { } member) into = member.Read(into, value, where, faults);
            else faults.Add(PolicyText.Unknown(where, Names));
        }
        return into;
    }

    /// <summary>Writes every member.</summary>
    public JsonObject Write(T from) => new(Members.Select(m => KeyValuePair.Create(m.Name, m.Write(from))));

    /// <summary>The object as a form of its own, which starts from one value each time.</summary>
    public PolicyForm<T> ToForm(T start) => new(
        $"an object with some of {string.Join(", ", Names)}",
        (node, path) =>
        {
            var faults = new List<string>();
            var read = Read(start, node, path, faults);
            return faults is [var first, ..] ? throw new FormatException(first) : read;
        },
        Write);
}
