namespace SwarmCompute.Attestation;

/// <summary>What the head's guest signs to be paid: this report, and these units, for this order under this epoch of slot 0.</summary>
/// <param name="ChainId">The chain (EIP-155).</param>
/// <param name="OrderBook">The order book contract.</param>
/// <param name="Order">The order.</param>
/// <param name="Epoch">The epoch of the head's lease.</param>
/// <param name="ReportHash">SHA-256 of the report's canonical bytes.</param>
/// <param name="Units">Completion tokens that were served.</param>
public sealed record UsageStatement(ulong ChainId, Address OrderBook, OrderId Order, LeaseEpoch Epoch, Hash32 ReportHash, ulong Units)
{
    /// <summary>The bytes that are signed (ECDSA P-256 over their SHA-256): abi.encode in the order that the contract's reportDigest has.</summary>
    public byte[] ToBytes() =>
        new AbiWords(7).Tag("SwarmCompute.Report.v1").Number(ChainId).Account(OrderBook).Number(Order.Value).Number(Epoch.Value)
            .Hash(ReportHash).Number(Units).ToBytes();
}
