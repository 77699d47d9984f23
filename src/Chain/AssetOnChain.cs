namespace SwarmCompute.Chain;

/// <summary>An asset of an order, as the contract pinned it when the order was placed.</summary>
/// <param name="Offer">The offer.</param>
/// <param name="Version">Which of its versions, from 1.</param>
/// <param name="Owner">Who is paid for it.</param>
/// <param name="UnitPrice">Its part of the price of a unit.</param>
public sealed record AssetOnChain(OfferId Offer, uint Version, Address Owner, Wei UnitPrice);
