namespace SwarmCompute.Chain;

/// <summary>What a head has served, as its lease key signed (<see cref="OrderDigest.Checkpoint"/>).</summary>
/// <param name="Order">The order.</param>
/// <param name="Epoch">Slot 0's epoch.</param>
/// <param name="Units">The units served since that lease began.</param>
/// <param name="Key">The lease key.</param>
/// <param name="Signature">Its signature.</param>
public sealed record OrderCheckpoint(OrderId Order, LeaseEpoch Epoch, UInt128 Units, P256Point Key, P256Signature Signature);
