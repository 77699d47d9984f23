using System.Text.Json.Nodes;

namespace SwarmCompute.Attestation;

/// <summary>A member of a part of a policy, as a member of the whole.</summary>
internal sealed record PolicyPart<T, TPart>(PolicyMember<TPart> Inner, Func<T, TPart> Get, Func<T, TPart, T> Set) : PolicyMember<T>(Inner.Name)
{
    public override T Read(T into, JsonNode? node, string path, List<string> faults) => Set(into, Inner.Read(Get(into), node, path, faults));

    public override JsonNode? Write(T from) => Inner.Write(Get(from));
}
