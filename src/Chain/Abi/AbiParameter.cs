namespace SwarmCompute.Chain.Abi;

/// <summary>A parameter of an error.</summary>
/// <param name="Name">Its name in the source.</param>
/// <param name="Type">Its canonical type, for example <c>uint64</c>.</param>
internal sealed record AbiParameter(string Name, string Type);
