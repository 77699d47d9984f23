namespace SwarmCompute.Grains.Interfaces;

/// <summary>What an order grants to a node for one slot.</summary>
/// <param name="Epoch">The lease's epoch.</param>
/// <param name="Node">The node.</param>
/// <param name="Incarnation">The run of the node's agent that the grant is for; a later run does not inherit it.</param>
/// <param name="Provider">The account that is paid.</param>
/// <param name="ManifestHash">The manifest.</param>
/// <param name="Authority">SHA-256 of the key of the authority that must certify the guest.</param>
/// <param name="Offer">The node's compute offer.</param>
[GenerateSerializer, Immutable, Alias("swarm.LeaseGrant")]
public sealed record LeaseGrant(
    [property: Id(0)] LeaseEpoch Epoch, [property: Id(1)] NodeId Node, [property: Id(2)] string Incarnation, [property: Id(3)] Address Provider,
    [property: Id(4)] Hash32 ManifestHash, [property: Id(5)] Hash32 Authority, [property: Id(6)] OfferId Offer);
