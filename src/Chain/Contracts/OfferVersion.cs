namespace SwarmCompute.Chain.Contracts;

/// <summary>A version of an offer; it never changes.</summary>
/// <param name="ContentHash">What is sold: for compute the node (<see cref="ProviderRegistry.NodeHash"/>), else the hash of the content.</param>
/// <param name="Token">The token of the price.</param>
/// <param name="UnitPrice">The price of a unit of an order; for compute the least that a slot must pay.</param>
public sealed record OfferVersion(Hash32 ContentHash, Address Token, Wei UnitPrice);
