using System.Text.Json.Nodes;

namespace SwarmCompute.Attestation;

/// <summary>A member of a policy file, and what of a policy it sets.</summary>
/// <param name="Name">Its name in the file.</param>
internal abstract record PolicyMember<T>(string Name)
{
    /// <summary>The policy with what the file says; what is wrong is added to the faults, and changes nothing.</summary>
    public abstract T Read(T into, JsonNode? node, string path, List<string> faults);

    /// <summary>What the file would say.</summary>
    public abstract JsonNode? Write(T from);
}
