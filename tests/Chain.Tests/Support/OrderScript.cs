namespace SwarmCompute.Chain.Tests.Support;

/// <summary>Plays the parts around one order: customer, authority, provider and CVM.</summary>
public sealed class OrderScript(DevelopmentChain chain) : IDisposable
{
    public static readonly Hash32 Manifest = Hash32.Sha256("manifest"u8);
    public static readonly Hash32 Report = Hash32.Sha256("report"u8);

    public P256Key Authority { get; } = new();

    public P256Key LeaseKey { get; } = new();

    public OrderId Order { get; private set; }

    public async Task<Hash32> Place(long deposit, long unitPrice, int slots, CancellationToken cancel)
    {
        var endsAt = DateTimeOffset.FromUnixTimeSeconds(4_000_000_000);
        var (order, transaction) = await chain.BookOf(DevelopmentChain.Customer)
            .PlaceOrder(Manifest, new Wei((UInt128)deposit), new Wei((UInt128)unitPrice), slots, Authority.Point.KeyHash(), endsAt, cancel);
        Order = order;
        return transaction;
    }

    public Task<Hash32> Assign(int slot, uint epoch, CancellationToken cancel) => Assign(slot, epoch, DevelopmentChain.Provider.Address, cancel);

    public Task<Hash32> Assign(int slot, uint epoch, Address provider, CancellationToken cancel)
    {
        var lease = new LeaseId(Order, slot);
        var digest = OrderDigest.Lease(chain.Options.ChainId, chain.Options.OrderBook, lease, new LeaseEpoch(epoch), provider, LeaseKey.Point.KeyHash());
        return chain.BookOf(DevelopmentChain.Sender)
            .AssignLease(lease, new LeaseEpoch(epoch), provider, LeaseKey.Point, Authority.Point, Authority.Sign(digest), cancel);
    }

    public Task<Hash32> Submit(uint epoch, ulong units, CancellationToken cancel)
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
