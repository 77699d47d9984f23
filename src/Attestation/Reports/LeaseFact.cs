namespace SwarmCompute.Attestation;

/// <summary>A lease as the chain records it.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="Epoch">The fencing number.</param>
/// <param name="Provider">The account that is paid.</param>
/// <param name="KeyHash">SHA-256 of x‖y of the guest's key.</param>
/// <param name="Offer">The compute offer that the lease was taken from.</param>
/// <param name="Measurement">What the lease says was measured.</param>
public sealed record LeaseFact(int Slot, LeaseEpoch Epoch, Address Provider, Hash32 KeyHash, OfferId Offer, Hash32 Measurement)
{
    /// <summary>Whether this is the lease of that slot, epoch, account and key.</summary>
    public bool Is(int slot, LeaseEpoch epoch, Address provider, Hash32 keyHash) => (Slot, Epoch, Provider, KeyHash) == (slot, epoch, provider, keyHash);
}
