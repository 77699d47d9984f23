using System.Collections.Immutable;

namespace SwarmCompute.Chain.Abi;

/// <summary>An error or an event of a contract.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Parameters">Its parameters, in order.</param>
internal sealed record AbiSignature(string Name, ImmutableArray<AbiParameter> Parameters)
{
    /// <summary>The canonical form that is hashed, for example <c>StaleEpoch(uint32,uint32)</c>.</summary>
    public override string ToString() => $"{Name}({string.Join(',', Parameters.Select(p => p.Type))})";
}
