namespace SwarmCompute.Attestation;

/// <summary>A lease as the chain records it.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="Epoch">The fencing number.</param>
/// <param name="Provider">The account that is paid.</param>
/// <param name="KeyHash">SHA-256 of x‖y of the guest's key.</param>
public sealed record LeaseFact(int Slot, LeaseEpoch Epoch, Address Provider, Hash32 KeyHash);
