namespace SwarmCompute.Chain.Transactions;

/// <summary>A member of a struct that is signed under EIP-712.</summary>
/// <param name="Type">Its type, for example <c>uint64</c>, or the name of a struct.</param>
/// <param name="Name">Its name.</param>
internal sealed record Eip712Field(string Type, string Name);
