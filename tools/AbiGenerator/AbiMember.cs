namespace SwarmCompute.AbiGenerator;

/// <summary>A parameter, a result, or a member of a struct.</summary>
/// <param name="Name">Its name in the source; empty where it has none.</param>
/// <param name="Type">Its type.</param>
/// <param name="Indexed">Whether it is a topic of an event.</param>
internal sealed record AbiMember(string Name, AbiType Type, bool Indexed)
{
    /// <summary>As the name of a property.</summary>
    public string Pascal => Name.TrimStart('_') is { Length: > 0 } name ? char.ToUpperInvariant(name[0]) + name[1..] : "Value";

    /// <summary>As the name of a parameter; the sign keeps it from being a keyword.</summary>
    public string Camel => Name.TrimStart('_') is { Length: > 0 } name ? $"@{char.ToLowerInvariant(name[0])}{name[1..]}" : "@value";
}
