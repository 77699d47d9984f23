namespace SwarmCompute.Grains.Interfaces;

/// <summary>What a node offers.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Slots">How many guests it runs at once, 1 to <see cref="WireLimits.NodeSlotsMax"/>.</param>
/// <param name="Address">The address that it advertises.</param>
/// <param name="Provider">The account that is paid for its leases.</param>
/// <param name="Tee">The kinds of confidential VM that it starts; <c>development</c> is none.</param>
/// <param name="Offer">Its compute offer in the OfferBook contract.</param>
[GenerateSerializer, Immutable, Alias("swarm.NodeDescription")]
public sealed record NodeDescription(
    [property: Id(0)] NodeId Id, [property: Id(1)] int Slots, [property: Id(2)] string Address, [property: Id(3)] Address Provider,
    [property: Id(4)] ImmutableArray<string> Tee, [property: Id(5)] OfferId Offer);
