using System.Text.Json.Nodes;

namespace SwarmCompute.Attestation;

/// <summary>A member that is one value.</summary>
internal sealed record PolicySetting<T, TValue>(string Name, PolicyForm<TValue> Form, Func<T, TValue> Get, Func<T, TValue, T> Set) : PolicyMember<T>(Name)
{
    public override T Read(T into, JsonNode? node, string path, List<string> faults)
    {
        try
        {
            return Set(into, Form.Read(node, path));
        }
        catch (FormatException wrong)
        {
            faults.Add(wrong.Message);
            return into;
        }
    }

    public override JsonNode? Write(T from) => Form.Write(Get(from));
}
