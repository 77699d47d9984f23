namespace SwarmCompute.Chain;

/// <summary>The current lease of one slot, as the contract knows it.</summary>
/// <param name="Slot">The slot, from 0 (the head).</param>
/// <param name="Epoch">The fencing epoch.</param>
/// <param name="Provider">The account that is paid for this slot.</param>
/// <param name="Offer">The compute offer that it came from.</param>
/// <param name="KeyHash">SHA-256 of the lease key's x‖y; the head's key signs checkpoints and the report.</param>
/// <param name="FromUnits">The order's units when it began; it is paid for those beyond.</param>
public sealed record LeaseOnChain(int Slot, LeaseEpoch Epoch, Address Provider, OfferId Offer, Hash32 KeyHash, UInt128 FromUnits);
