using SwarmCompute.Chain.Contracts;

namespace SwarmCompute.Client.Providers;

/// <summary>What a provider offers with one node.</summary>
/// <param name="Node">The node.</param>
/// <param name="Key">Its key, as the registry is to know it.</param>
/// <param name="Capacity">How many leases it takes at once, from 1.</param>
/// <param name="UnitPrice">The least that one slot must pay for a unit.</param>
/// <param name="Authority">The authority whose leases it takes, by the SHA-256 of its key; null for any. Without one, any customer can name an authority
/// of its own and take the node's capacity.</param>
public sealed record ProviderTerms(NodeId Node, NodeKey Key, uint Capacity, Wei UnitPrice, Hash32? Authority);
