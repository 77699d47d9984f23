using System.Collections.Immutable;
using System.Text.Json;

namespace SwarmCompute.AbiGenerator;

/// <summary>What forge made of a contract.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Items">Its interface, in the order of the artifact.</param>
/// <param name="Bytecode">Its creation code.</param>
/// <param name="Runtime">Its code once it is deployed, with zeros where its constructor writes immutable values.</param>
/// <param name="Immutables">Where in the runtime code those stand.</param>
internal sealed record Contract(
    string Name, ImmutableArray<AbiItem> Items, ImmutableArray<byte> Bytecode, ImmutableArray<byte> Runtime, ImmutableArray<(int Start, int Length)> Immutables)
{
    /// <summary>Reads an artifact.</summary>
    /// <exception cref="FormatException">The file is not an artifact.</exception>
    public static Contract Read(string path)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        if (!json.RootElement.TryGetProperty("abi", out var abi) || !json.RootElement.TryGetProperty("bytecode", out var bytecode))
            throw new FormatException($"{path} is not an artifact of forge.");
        var deployed = json.RootElement.GetProperty("deployedBytecode");
        return new Contract(
            Path.GetFileNameWithoutExtension(path),
            [.. abi.EnumerateArray().Where(e => Text(e, "type") is "function" or "event" or "error" or "constructor").Select(Item)],
            Code(bytecode),
            Code(deployed),
            deployed.TryGetProperty("immutableReferences", out var places)
                ? [.. places.EnumerateObject().SelectMany(value => value.Value.EnumerateArray()).Select(place => (place.GetProperty("start").GetInt32(), place.GetProperty("length").GetInt32()))]
                : []);
    }

    /// <summary>The structs that the interface speaks of, each once.</summary>
    public IEnumerable<AbiType.Struct> Structs => Items
        .SelectMany(item => item.Inputs.Concat(item.Outputs))
        .SelectMany(member => Within(member.Type))
        .GroupBy(type => type.Name)
        .Select(group => group.DistinctBy(type => type.Canonical).Count() == 1
            ? group.First()
            : throw new FormatException($"{Name} has two structs {group.Key}; name them apart."));

    private static ImmutableArray<byte> Code(JsonElement bytecode) => [.. Convert.FromHexString(bytecode.GetProperty("object").GetString()!.AsSpan(2))];

    private static IEnumerable<AbiType.Struct> Within(AbiType type) => type switch
    {
        AbiType.List list => Within(list.Element),
        AbiType.Struct tuple => tuple.Members.SelectMany(m => Within(m.Type)).Append(tuple),
        _ => [],
    };

    private static AbiItem Item(JsonElement entry) => new(
        Text(entry, "type"), Text(entry, "name"), Members(entry, "inputs"), Members(entry, "outputs"), Text(entry, "stateMutability") is "view" or "pure");

    private static ImmutableArray<AbiMember> Members(JsonElement entry, string name) => entry.TryGetProperty(name, out var members)
        ? [.. members.EnumerateArray().Select(m => new AbiMember(Text(m, "name"), Type(m), m.TryGetProperty("indexed", out var indexed) && indexed.GetBoolean()))]
        : [];

    private static AbiType Type(JsonElement member)
    {
        var name = Text(member, "type");
        if (!name.StartsWith("tuple", StringComparison.Ordinal)) return AbiType.Parse(name);
        var members = Members(member, "components");
        var tuple = new AbiType.Struct(StructName(Text(member, "internalType")), members);
        if (!members.All(m => m.Type.IsStatic)) return new AbiType.Unsupported(tuple.Canonical + name["tuple".Length..]);
        return name switch
        {
            "tuple" => tuple,
            "tuple[]" => AbiType.Array(tuple),
            _ => new AbiType.Unsupported(tuple.Canonical + name["tuple".Length..]),
        };
    }

    /// <summary>From <c>struct IOrderBook.Request[]</c> to <c>Request</c>.</summary>
    private static string StructName(string internalType) => internalType[(internalType.LastIndexOfAny([' ', '.']) + 1)..].Split('[')[0];

    private static string Text(JsonElement element, string name) => element.TryGetProperty(name, out var text) ? text.GetString() ?? "" : "";
}
