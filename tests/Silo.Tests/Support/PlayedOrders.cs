using System.Security.Cryptography;
using SwarmCompute.Attestation;
using SwarmCompute.Chain;
using SwarmCompute.Chain.Development;

namespace SwarmCompute.Silo.Tests.Support;

/// <summary>Orders of one slot whose leases, reports and ends a test puts on the chain itself; the swarm has no part in them but to follow.</summary>
internal sealed class PlayedOrders : IAsyncDisposable
{
    /// <summary>What each is reported to have served, at <see cref="UnitPrice"/>.</summary>
    public const long Units = 3;

    public const long UnitPrice = 2;

    public const long Deposit = 100;

    private static readonly LeaseEpoch Epoch = new(1);
    private readonly ECDsa _authority = P256.CreateKey();
    private readonly ECDsa _guest = P256.CreateKey();
    private readonly ChainClient _client;
    private readonly OfferId _offer;

    private PlayedOrders(ChainClient client, OfferId offer) => (_client, _offer) = (client, offer);

    public static Hash32 Report { get; } = Hash32.Sha256("a report"u8);

    public static async Task<PlayedOrders> Start(DevelopmentChain chain, CancellationToken cancel) => new(await ChainClient.Connect(chain.Options, cancel), chain.Offers[0]);

    public async Task<OrderId> Place(Hash32 manifest, TimeSpan lasts, CancellationToken cancel)
    {
        var (customer, deposit) = (Anvil.Accounts[0], new Wei(Deposit));
        var token = new Token(_client, customer);
        await token.Mint(customer.Address, deposit, cancel);
        await token.Approve(_client.Options.EscrowVault, deposit, cancel);
        var (order, _) = await Book.PlaceOrder(new OrderRequest
        {
            ManifestHash = manifest,
            Token = _client.Options.Token,
            Deposit = deposit,
            UnitPrice = new Wei(UnitPrice),
            Slots = 1,
            AuthorityKeyHash = Point(_authority).KeyHash(),
            EndsAt = TimeProvider.System.GetUtcNow() + lasts,
        }, [], cancel);
        return order;
    }

    /// <summary>Leases its slot, so that it runs, reports, and divides its deposit.</summary>
    public async Task Complete(OrderId order, CancellationToken cancel)
    {
        var options = _client.Options;
        var (lease, key) = (new LeaseId(order, 0), Point(_guest));
        var assigned = OrderDigest.Lease(options.ChainId, options.OrderBook, lease, Epoch, _offer, OrderDigest.DevelopmentMeasurement, key.KeyHash());
        await Book.AssignLease(lease, Epoch, _offer, OrderDigest.DevelopmentMeasurement, key, Point(_authority), Sign(_authority, assigned), cancel);
        var reported = OrderDigest.Report(options.ChainId, options.OrderBook, order, Epoch, Report, Units);
        await Book.SubmitReport(order, Epoch, Report, Units, key, Sign(_guest, reported), cancel);
        await Book.Settle(order, cancel);
    }

    public Task Close(OrderId order, CancellationToken cancel) => Book.CloseOrder(order, cancel);

    /// <summary>Expires it as soon as the chain lets anyone.</summary>
    public async Task Expire(OrderId order, CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                await Book.Expire(order, cancel);
                return;
            }
            catch (ChainException early) when (early.ErrorName == "NotYetEnded")
            {
                await Task.Delay(100, cancel);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        _authority.Dispose();
        _guest.Dispose();
    }

    private OrderBook Book => new(_client, Anvil.Accounts[0]);

    private static P256Point Point(ECDsa key)
    {
        var (x, y) = P256.Point(key);
        return new P256Point(new Hash32(x), new Hash32(y));
    }

    private static P256Signature Sign(ECDsa key, Hash32 digest) => P256Signature.FromFixed(key.SignHash(digest.ToArray()));
}
