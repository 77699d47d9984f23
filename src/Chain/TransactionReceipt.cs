using System.Collections.Immutable;
using System.Text.Json;

namespace SwarmCompute.Chain;

/// <summary>What became of a transaction that succeeded.</summary>
/// <param name="Transaction">Its hash.</param>
/// <param name="Block">The block it is in.</param>
/// <param name="GasUsed">The gas that it used.</param>
/// <param name="CreatedContract">The contract that it created, if it did.</param>
public sealed record TransactionReceipt(Hash32 Transaction, ulong Block, ulong GasUsed, Address? CreatedContract)
{
    /// <summary>The logs, as the endpoint gave them.</summary>
    internal ImmutableArray<JsonElement> Logs { get; init; } = [];
}
