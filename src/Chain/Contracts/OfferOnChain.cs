namespace SwarmCompute.Chain.Contracts;

/// <summary>An offer.</summary>
/// <param name="Owner">Who sells, and is paid.</param>
/// <param name="Kind">What it sells.</param>
/// <param name="Disabled">Whether nothing new may use it.</param>
/// <param name="Capacity">For compute: how many leases it takes at once.</param>
/// <param name="Used">How many it has now.</param>
/// <param name="Versions">The number of versions, from 1; leases take the last one.</param>
public sealed record OfferOnChain(Address Owner, OfferKind Kind, bool Disabled, uint Capacity, uint Used, uint Versions);
