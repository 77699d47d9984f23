using System.Collections.Immutable;

namespace SwarmCompute.Chain.Tests.Support;

/// <summary>Plays the parts around one order: customer, authority, provider and CVM.</summary>
public sealed class OrderScript(DevelopmentChain chain) : IDisposable
{
    public static readonly Hash32 Manifest = Hash32.Sha256("manifest"u8);
    public static readonly Hash32 Report = Hash32.Sha256("report"u8);

    public P256Key Authority { get; } = new();

    public P256Key LeaseKey { get; } = new();

    /// <summary>The order that is played: the last one placed here, or one that a contract placed.</summary>
    public OrderId Order { get; set; }

    /// <summary>An order that lasts for a hundred days.</summary>
    public async Task<OrderRequest> Request(long deposit, long unitPrice, int slots, CancellationToken cancel) => new()
    {
        ManifestHash = Manifest,
        Token = chain.Options.Token,
        Deposit = new Wei((UInt128)deposit),
        UnitPrice = new Wei((UInt128)unitPrice),
        Slots = slots,
        AuthorityKeyHash = Authority.Point.KeyHash(),
        EndsAt = DateTimeOffset.FromUnixTimeSeconds((long)await chain.Now(cancel)).AddDays(100),
    };

    public async Task<Hash32> Place(long deposit, long unitPrice, int slots, CancellationToken cancel) =>
        await Place(await Request(deposit, unitPrice, slots, cancel), [], cancel);

    public async Task<Hash32> Place(OrderRequest request, ImmutableArray<AssetUse> assets, CancellationToken cancel)
    {
        var (order, transaction) = await chain.BookOf(DevelopmentChain.Customer).PlaceOrder(request, assets, cancel);
        Order = order;
        return transaction;
    }

    public async Task<OrderId> PlaceSubOrder(OrderId parent, OrderRequest request, CancellationToken cancel)
    {
        (Order, _) = await chain.BookOf(DevelopmentChain.Customer).PlaceSubOrder(parent, request, [], cancel);
        return Order;
    }

    public Task<Hash32> Assign(int slot, uint epoch, CancellationToken cancel) => Assign(slot, epoch, chain.Compute, cancel);

    public Task<Hash32> Assign(int slot, uint epoch, OfferId offer, CancellationToken cancel)
    {
        var (lease, measurement) = (new LeaseId(Order, slot), OrderDigest.DevelopmentMeasurement);
        var digest = OrderDigest.Lease(chain.Options.ChainId, chain.Options.OrderBook, lease, new LeaseEpoch(epoch), offer, measurement, LeaseKey.Point.KeyHash());
        return chain.BookOf(DevelopmentChain.Sender)
            .AssignLease(lease, new LeaseEpoch(epoch), offer, measurement, LeaseKey.Point, Authority.Point, Authority.Sign(digest), cancel);
    }

    public OrderCheckpoint CheckpointOf(uint epoch, UInt128 units)
    {
        var digest = OrderDigest.Checkpoint(chain.Options.ChainId, chain.Options.OrderBook, Order, new LeaseEpoch(epoch), units);
        return new OrderCheckpoint(Order, new LeaseEpoch(epoch), units, LeaseKey.Point, LeaseKey.Sign(digest));
    }

    public Task<Hash32> Checkpoint(uint epoch, UInt128 units, CancellationToken cancel) =>
        chain.BookOf(DevelopmentChain.Sender).Checkpoint(CheckpointOf(epoch, units), cancel);

    public Task<Hash32> Submit(uint epoch, UInt128 units, CancellationToken cancel)
    {
        var digest = OrderDigest.Report(chain.Options.ChainId, chain.Options.OrderBook, Order, new LeaseEpoch(epoch), Report, units);
        return chain.BookOf(DevelopmentChain.Sender)
            .SubmitReport(Order, new LeaseEpoch(epoch), Report, units, LeaseKey.Point, LeaseKey.Sign(digest), cancel);
    }

    public void Dispose()
    {
        Authority.Dispose();
        LeaseKey.Dispose();
    }
}
