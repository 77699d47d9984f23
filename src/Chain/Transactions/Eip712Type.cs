using System.Collections.Immutable;
using System.Text;
using SwarmCompute.Chain.Crypto;

namespace SwarmCompute.Chain.Transactions;

/// <summary>The type of a struct that is signed under EIP-712, with the structs that it refers to.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Fields">Its members, in order.</param>
/// <param name="References">The structs that it refers to, directly or through others.</param>
internal sealed record Eip712Type(string Name, ImmutableArray<Eip712Field> Fields, ImmutableArray<Eip712Type> References)
{
    /// <summary>A struct whose members are all of elementary types.</summary>
    public Eip712Type(string name, params ReadOnlySpan<Eip712Field> fields) : this(name, [.. fields], [])
    {
    }

    /// <summary>The hash of the type's encoding (<c>typeHash</c>).</summary>
    public Hash32 Hash => Keccak256.Hash(Encoding.UTF8.GetBytes(ToString()));

    /// <summary>The type's encoding (<c>encodeType</c>): itself, then the structs that it refers to, by name.</summary>
    public override string ToString() => Own + string.Concat(References.OrderBy(r => r.Name, StringComparer.Ordinal).Select(r => r.Own));

    private string Own => $"{Name}({string.Join(',', Fields.Select(f => $"{f.Type} {f.Name}"))})";
}
