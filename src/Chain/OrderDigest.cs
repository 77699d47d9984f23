using SwarmCompute.Chain.Abi;

namespace SwarmCompute.Chain;

/// <summary>What keys sign for the OrderBook contract; the same bytes as its views leaseDigest and reportDigest.</summary>
public static class OrderDigest
{
    /// <summary>What the authority signs to give a slot to a provider: SHA-256 over the words below, each of 32 bytes.</summary>
    /// <param name="chainId">The chain.</param>
    /// <param name="orderBook">The contract.</param>
    /// <param name="lease">Order and slot.</param>
    /// <param name="epoch">The lease's epoch.</param>
    /// <param name="provider">Who is paid for the slot.</param>
    /// <param name="keyHash">The lease key's <see cref="P256Point.KeyHash"/>.</param>
    public static Hash32 Lease(ulong chainId, Address orderBook, LeaseId lease, LeaseEpoch epoch, Address provider, Hash32 keyHash) =>
        Hash32.Sha256(AbiWriter.Arguments().AddText("SwarmCompute.Lease.v1").Add(chainId).Add(orderBook)
            .Add(lease.Order.Value).Add((UInt128)lease.Slot).Add(epoch.Value).Add(provider).Add(keyHash).ToArray());

    /// <summary>What the key of slot 0's lease signs to report.</summary>
    /// <param name="chainId">The chain.</param>
    /// <param name="orderBook">The contract.</param>
    /// <param name="order">The order.</param>
    /// <param name="epoch">Slot 0's epoch.</param>
    /// <param name="reportHash">The hash of the integrity report.</param>
    /// <param name="units">The units of work done.</param>
    public static Hash32 Report(ulong chainId, Address orderBook, OrderId order, LeaseEpoch epoch, Hash32 reportHash, ulong units) =>
        Hash32.Sha256(AbiWriter.Arguments().AddText("SwarmCompute.Report.v1").Add(chainId).Add(orderBook)
            .Add(order.Value).Add(epoch.Value).Add(reportHash).Add(units).ToArray());
}
