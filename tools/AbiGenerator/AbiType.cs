using System.Collections.Immutable;

namespace SwarmCompute.AbiGenerator;

/// <summary>A type of Solidity's ABI (Contract ABI Specification, "Types"), as far as our contracts use it. Closed.</summary>
internal abstract record AbiType
{
    private AbiType(string canonical) => Canonical = canonical;

    /// <summary>The form that signatures are made of, for example <c>(uint64,uint32)[]</c>.</summary>
    public string Canonical { get; }

    /// <summary>One word of 32 bytes.</summary>
    /// <param name="Canonical">The ABI's name.</param>
    /// <param name="CSharp">The type in C#.</param>
    /// <param name="Read">The method of WordReader that reads it.</param>
    public sealed record Word(string Canonical, string CSharp, string Read) : AbiType(Canonical);

    /// <summary>A struct of static members, in place.</summary>
    /// <param name="Name">The struct's name in Solidity.</param>
    /// <param name="Members">Its members, in order.</param>
    public sealed record Struct(string Name, ImmutableArray<AbiMember> Members) : AbiType($"({string.Join(',', Members.Select(m => m.Type.Canonical))})")
    {
        /// <summary>How many words it takes.</summary>
        public int Words => Members.Sum(m => WordsOf(m.Type));
    }

    /// <summary>A dynamic array of static elements.</summary>
    public sealed record List(AbiType Element) : AbiType(Element.Canonical + "[]");

    /// <summary>Bytes or a text of any length.</summary>
    public sealed record Bytes(string Canonical) : AbiType(Canonical);

    /// <summary>A type that is only named in signatures: nothing is generated for what has it.</summary>
    public sealed record Unsupported(string Canonical) : AbiType(Canonical);

    /// <summary>Whether values have a fixed size.</summary>
    public bool IsStatic => this is Word or Struct;

    /// <summary>How many words a static type takes.</summary>
    public static int WordsOf(AbiType type) => type switch
    {
        Word => 1,
        Struct tuple => tuple.Words,
        _ => throw new FormatException($"{type.Canonical} has no fixed size."),
    };

    /// <summary>Reads the name of a type that is not a tuple.</summary>
    public static AbiType Parse(string name) => name switch
    {
        "address" => new Word(name, "Address", "Address"),
        "bool" => new Word(name, "bool", "Bool"),
        "bytes32" => new Word(name, "Hash32", "Hash"),
        "uint8" => new Word(name, "byte", "UInt8"),
        "uint16" => new Word(name, "ushort", "UInt16"),
        "uint32" => new Word(name, "uint", "UInt32"),
        "uint64" => new Word(name, "ulong", "UInt64"),
        "uint128" or "uint256" => new Word(name, "UInt128", "UInt128"),
        "bytes" or "string" => new Bytes(name),
        _ when name.EndsWith("[]", StringComparison.Ordinal) => Array(Parse(name[..^2])),
        _ => new Unsupported(name),
    };

    /// <summary>A dynamic array.</summary>
    public static AbiType Array(AbiType element) => element.IsStatic ? new List(element) : new Unsupported(element.Canonical + "[]");
}
