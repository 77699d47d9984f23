using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>What the chain says about an order, at a block that cannot be reorganised away any more.</summary>
/// <param name="ChainId">The chain (EIP-155).</param>
/// <param name="OrderBook">The order book contract.</param>
/// <param name="Order">The order.</param>
/// <param name="ManifestHash">The manifest that the customer ordered.</param>
/// <param name="AuthorityKeyHash">SHA-256 of x‖y of the authority's key that the customer named.</param>
/// <param name="Status">The order's state, as the contract names it: <c>Running</c>, <c>Closing</c>, <c>Completed</c> and so on.</param>
/// <param name="ReportHash">The submitted report's hash; null where none was.</param>
/// <param name="Units">The submitted units; null where no report was.</param>
/// <param name="Leases">Every lease that was ever assigned to the order, replaced ones included.</param>
public sealed record ChainFacts(
    ulong ChainId, Address OrderBook, OrderId Order, Hash32 ManifestHash, Hash32 AuthorityKeyHash, string Status, Hash32? ReportHash, ulong? Units,
    ImmutableArray<LeaseFact> Leases);
