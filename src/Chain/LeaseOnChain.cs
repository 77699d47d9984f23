namespace SwarmCompute.Chain;

/// <summary>The current lease of one slot, as the contract knows it.</summary>
/// <param name="Slot">The slot, from 0 (the head).</param>
/// <param name="Epoch">The fencing epoch.</param>
/// <param name="Provider">The account that is paid for this slot.</param>
/// <param name="KeyHash">SHA-256 of the lease key's x‖y; the key signs the report.</param>
public sealed record LeaseOnChain(int Slot, LeaseEpoch Epoch, Address Provider, Hash32 KeyHash);
