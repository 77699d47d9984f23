using System.Collections.Immutable;
using System.Text;
using SwarmCompute.Chain.Abi;
using SwarmCompute.Chain.Crypto;

namespace SwarmCompute.Chain;

/// <summary>
/// What keys sign for the contracts; the same bytes as their views leaseDigest, checkpointDigest, reportDigest, postDigest and
/// placeOrderDigest. P-256 keys sign SHA-256 over words of 32 bytes each; customers sign typed data (EIP-712).
/// </summary>
public static class OrderDigest
{
    private const string AssetUseType = "AssetUse(uint64 offerId,uint32 version)";
    private const string RequestType = "Request(bytes32 externalId,bytes32 manifestHash,address token,uint128 deposit,uint128 unitPrice,uint8 slots," +
        "bytes32 authorityKeyHash,uint64 endsAt,uint32 disputeWindow,uint32 unitsPerSecondMax,address callback)";
    private const string PlaceOrderType = "PlaceOrder(address customer,Request request,AssetUse[] assets,uint64 deadline)" + AssetUseType + RequestType;
    private const string DomainType = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";

    /// <summary>The measurement of guests without hardware behind them, which only development chains accept.</summary>
    public static Hash32 DevelopmentMeasurement { get; } = Hash32.Sha256("SwarmCompute.development"u8);

    /// <summary>What the authority signs to give a slot to the owner of an offer.</summary>
    /// <param name="chainId">The chain.</param>
    /// <param name="orderBook">The contract.</param>
    /// <param name="lease">Order and slot.</param>
    /// <param name="epoch">The lease's epoch.</param>
    /// <param name="offer">The compute offer.</param>
    /// <param name="measurement">What the guest's evidence showed.</param>
    /// <param name="keyHash">The lease key's <see cref="P256Point.KeyHash"/>.</param>
    public static Hash32 Lease(ulong chainId, Address orderBook, LeaseId lease, LeaseEpoch epoch, OfferId offer, Hash32 measurement, Hash32 keyHash) =>
        Hash32.Sha256(AbiWriter.Arguments().AddText("SwarmCompute.Lease.v2").Add(chainId).Add(orderBook)
            .Add(lease.Order.Value).Add((UInt128)lease.Slot).Add(epoch.Value).Add(offer.Value).Add(measurement).Add(keyHash).ToArray());

    /// <summary>What the key of slot 0's lease signs to count units.</summary>
    /// <param name="chainId">The chain.</param>
    /// <param name="orderBook">The contract.</param>
    /// <param name="order">The order.</param>
    /// <param name="epoch">Slot 0's epoch.</param>
    /// <param name="units">The units served since that lease began.</param>
    public static Hash32 Checkpoint(ulong chainId, Address orderBook, OrderId order, LeaseEpoch epoch, UInt128 units) =>
        Hash32.Sha256(AbiWriter.Arguments().AddText("SwarmCompute.Checkpoint.v1").Add(chainId).Add(orderBook)
            .Add(order.Value).Add(epoch.Value).Add(units).ToArray());

    /// <summary>What the key of slot 0's lease signs to report.</summary>
    /// <param name="chainId">The chain.</param>
    /// <param name="orderBook">The contract.</param>
    /// <param name="order">The order.</param>
    /// <param name="epoch">Slot 0's epoch.</param>
    /// <param name="reportHash">The hash of the integrity report.</param>
    /// <param name="units">The units served since that lease began.</param>
    public static Hash32 Report(ulong chainId, Address orderBook, OrderId order, LeaseEpoch epoch, Hash32 reportHash, UInt128 units) =>
        Hash32.Sha256(AbiWriter.Arguments().AddText("SwarmCompute.Report.v1").Add(chainId).Add(orderBook)
            .Add(order.Value).Add(epoch.Value).Add(reportHash).Add(units).ToArray());

    /// <summary>What the key of any slot's lease signs to have a report chained in the ReportLog.</summary>
    /// <param name="chainId">The chain.</param>
    /// <param name="reportLog">The ReportLog contract.</param>
    /// <param name="lease">Order and slot.</param>
    /// <param name="epoch">The lease's epoch.</param>
    /// <param name="reportHash">The hash of the report.</param>
    public static Hash32 Post(ulong chainId, Address reportLog, LeaseId lease, LeaseEpoch epoch, Hash32 reportHash) =>
        Hash32.Sha256(AbiWriter.Arguments().AddText("SwarmCompute.Post.v1").Add(chainId).Add(reportLog)
            .Add(lease.Order.Value).Add((UInt128)lease.Slot).Add(epoch.Value).Add(reportHash).ToArray());

    /// <summary>What a customer signs so that someone else can place its order: EIP-712, domain "SwarmCompute OrderBook", version "1".</summary>
    /// <param name="chainId">The chain.</param>
    /// <param name="orderBook">The contract.</param>
    /// <param name="customer">The customer, who pays.</param>
    /// <param name="request">What it asks for; the external id is the nonce.</param>
    /// <param name="assets">What the order uses.</param>
    /// <param name="deadline">Until when it may be placed; to the second.</param>
    public static Hash32 PlaceOrder(ulong chainId, Address orderBook, Address customer, OrderRequest request, ImmutableArray<AssetUse> assets, DateTimeOffset deadline)
    {
        byte[] uses = [.. assets.SelectMany(use => Struct(AssetUseType).Add(use.Offer.Value).Add(use.Version).Keccak().ToArray())];
        var asked = Struct(RequestType).Add(OrderCalls.Request(request).Write).Keccak();
        var domain = Struct(DomainType).Add(Text("SwarmCompute OrderBook")).Add(Text("1")).Add(chainId).Add(orderBook).Keccak();
        var order = Struct(PlaceOrderType).Add(customer).Add(asked).Add(Keccak256.Hash(uses)).Add(OrderCalls.Seconds(deadline)).Keccak();
        return Keccak256.Hash([0x19, 0x01, .. domain.ToArray(), .. order.ToArray()]);
    }

    private static AbiWriter Struct(string type) => AbiWriter.Arguments().Add(Text(type));

    private static Hash32 Keccak(this AbiWriter words) => Keccak256.Hash(words.ToArray());

    private static Hash32 Text(string text) => Keccak256.Hash(Encoding.ASCII.GetBytes(text));
}
