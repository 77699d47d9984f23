using System.Text.Json.Nodes;

namespace SwarmCompute.Attestation;

/// <summary>A member that is an object with members of its own.</summary>
internal sealed record PolicyGroup<T>(string Name, PolicyObject<T> Part) : PolicyMember<T>(Name)
{
    public override T Read(T into, JsonNode? node, string path, List<string> faults) => Part.Read(into, node, path, faults);

    public override JsonNode? Write(T from) => Part.Write(from);
}
