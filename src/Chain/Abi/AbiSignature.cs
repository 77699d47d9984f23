using System.Collections.Immutable;

namespace SwarmCompute.Chain.Abi;

/// <summary>An error of a contract.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Parameters">Its parameters, in order.</param>
internal sealed record AbiSignature(string Name, ImmutableArray<AbiParameter> Parameters);
