namespace SwarmCompute.Attestation;

/// <summary>What the head's guest signs while it works, so that what it served is paid even if it dies: these units, under this epoch of slot 0.</summary>
/// <param name="ChainId">The chain (EIP-155).</param>
/// <param name="OrderBook">The order book contract.</param>
/// <param name="Order">The order.</param>
/// <param name="Epoch">The epoch of the head's lease.</param>
/// <param name="Units">Completion tokens that were served since that lease began: a sum, never an increment.</param>
public sealed record CheckpointStatement(ulong ChainId, Address OrderBook, OrderId Order, LeaseEpoch Epoch, ulong Units)
{
    /// <summary>The bytes that are signed (ECDSA P-256 over their SHA-256): abi.encode in the order that the contract's checkpointDigest has.</summary>
    public byte[] ToBytes() =>
        new AbiWords(6).Tag("SwarmCompute.Checkpoint.v1").Number(ChainId).Account(OrderBook).Number(Order.Value).Number(Epoch.Value).Number(Units).ToBytes();
}
