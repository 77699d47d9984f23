using System.Collections.Immutable;
using System.Text;
using SwarmCompute.Chain.Crypto;

namespace SwarmCompute.AbiGenerator;

/// <summary>A function, an event or an error.</summary>
/// <param name="Kind">As the ABI says: function, event, error or constructor.</param>
/// <param name="Name">Its name; empty for a constructor.</param>
/// <param name="Inputs">Its parameters.</param>
/// <param name="Outputs">A function's results.</param>
/// <param name="IsView">Whether a function changes nothing.</param>
internal sealed record AbiItem(string Kind, string Name, ImmutableArray<AbiMember> Inputs, ImmutableArray<AbiMember> Outputs, bool IsView)
{
    /// <summary>What is hashed, for example <c>settle(uint64)</c>.</summary>
    public string Signature => $"{Name}({string.Join(',', Inputs.Select(i => i.Type.Canonical))})";

    /// <summary>The Keccak-256 of the signature: an event's first topic; its first four bytes are the selector of the others.</summary>
    public byte[] Hash => Keccak256.Hash(Encoding.ASCII.GetBytes(Signature)).ToArray();

    /// <summary>The name with a large first letter.</summary>
    public string Pascal => char.ToUpperInvariant(Name[0]) + Name[1..];
}
