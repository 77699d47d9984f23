namespace SwarmCompute.Attestation;

/// <summary>What the authority signs to put a lease on the chain: this key holds this slot of this order from this epoch on.</summary>
/// <param name="ChainId">The chain (EIP-155).</param>
/// <param name="OrderBook">The order book contract.</param>
/// <param name="Lease">The order's slot.</param>
/// <param name="Epoch">The lease's fencing number.</param>
/// <param name="Offer">The compute offer that the lease is taken from; its owner is paid.</param>
/// <param name="Measurement">What was measured, as the chain's registry knows it: <see cref="DevelopmentEvidence.LeaseMeasurement"/> where nothing was.</param>
/// <param name="KeyHash">SHA-256 of x‖y of the guest's key.</param>
public sealed record LeaseStatement(ulong ChainId, Address OrderBook, LeaseId Lease, LeaseEpoch Epoch, OfferId Offer, Hash32 Measurement, Hash32 KeyHash)
{
    /// <summary>The bytes that are signed (ECDSA P-256 over their SHA-256): abi.encode in the order that the contract's leaseDigest has.</summary>
    public byte[] ToBytes() =>
        new AbiWords(9).Tag("SwarmCompute.Lease.v2").Number(ChainId).Account(OrderBook).Number(Lease.Order.Value).Number((ulong)Lease.Slot)
            .Number(Epoch.Value).Number(Offer.Value).Hash(Measurement).Hash(KeyHash).ToBytes();
}
