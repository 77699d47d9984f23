using System.Collections.Immutable;
using System.Security.Cryptography;
using SwarmCompute.Attestation;
using SwarmCompute.Chain;
using SwarmCompute.Chain.Development;

namespace SwarmCompute.Client.ChainFuzz;

/// <summary>Everybody around the orders of a run: customer, authority, providers, guests. Gives calls that may succeed, and calls that may not.</summary>
internal sealed class FuzzParties : IDisposable
{
    private readonly ECDsa _authority = P256.CreateKey();
    private readonly ECDsa _guest = P256.CreateKey();
    private readonly ChainOptions _chain;
    private readonly ImmutableArray<OfferId> _offers;
    private readonly Random _random;

    public FuzzParties(FuzzChain chain, Random random) => (_chain, _offers, _random) = (chain.Client.Options, chain.Offers, random);

    /// <summary>An order that lasts, or one that ends soon; some can be disputed.</summary>
    public AnvilCall Place(DateTimeOffset now) => ToBook(FuzzChain.Customer, OrderCallData.Place(Request(now, most: 5000)));

    /// <summary>An order that is paid from another one's deposit.</summary>
    public AnvilCall PlaceSubOrder(OrderId parent, DateTimeOffset now) => ToBook(FuzzChain.Customer, OrderCallData.PlaceSubOrder(parent, Request(now, most: 100)));

    public AnvilCall AddDeposit(OrderId order) => ToBook(FuzzChain.Customer, OrderCallData.AddDeposit(order, new Wei((UInt128)_random.Next(1, 500))));

    /// <summary>A lease of a slot, one that has none rather than one that has.</summary>
    public AnvilCall Assign(OrderId order, OrderView view)
    {
        var free = Enumerable.Range(0, view.Slots).Where(slot => view.Leases.All(l => l.Slot != slot)).ToList();
        var slot = free.Count > 0 && _random.Next(4) > 0 ? free[_random.Next(free.Count)] : _random.Next(view.Slots);
        var epoch = new LeaseEpoch((view.Leases.FirstOrDefault(l => l.Slot == slot)?.Epoch.Value ?? 0) + (uint)_random.Next(1, 3));
        var (lease, offer) = (new LeaseId(order, slot), _offers[_random.Next(_offers.Length)]);
        var digest = OrderDigest.Lease(_chain.ChainId, _chain.OrderBook, lease, epoch, offer, OrderDigest.DevelopmentMeasurement, KeyHash(_guest));
        return ToBook(Sender, OrderCallData.Assign(lease, epoch, offer, OrderDigest.DevelopmentMeasurement, Point(_guest), Point(_authority), Sign(_authority, digest)));
    }

    public AnvilCall Checkpoint(OrderId order, OrderView view)
    {
        var (epoch, units) = (HeadEpoch(view), view.UnitsOfHead + (UInt128)_random.Next(1, 20));
        var digest = OrderDigest.Checkpoint(_chain.ChainId, _chain.OrderBook, order, epoch, units);
        return ToBook(Sender, OrderCallData.Checkpoint(new OrderCheckpoint(order, epoch, units, Point(_guest), Sign(_guest, digest))));
    }

    public AnvilCall Close(OrderId order) => ToBook(FuzzChain.Customer, OrderCallData.Close(order));

    public AnvilCall Report(OrderId order, OrderView view)
    {
        var epoch = HeadEpoch(view);
        var (report, units) = (Hash32.Sha256(BitConverter.GetBytes(_random.Next())), (UInt128)_random.Next(200));
        var digest = OrderDigest.Report(_chain.ChainId, _chain.OrderBook, order, epoch, report, units);
        return ToBook(Sender, OrderCallData.Report(order, epoch, report, units, Point(_guest), Sign(_guest, digest)));
    }

    public AnvilCall Settle(OrderId order) => ToBook(_random.Next(2) == 0 ? FuzzChain.Customer : Sender, OrderCallData.Settle(order));

    public AnvilCall Expire(OrderId order) => ToBook(Sender, OrderCallData.Expire(order));

    /// <summary>Something that has nothing to do with orders; each is another transaction, so that a block with it is another block.</summary>
    public AnvilCall Noise() => new(Anvil.Accounts[9].Address, Anvil.Accounts[8].Address, [], (ulong)_random.Next(1, int.MaxValue));

    public void Dispose()
    {
        _authority.Dispose();
        _guest.Dispose();
    }

    private static Account Sender => Anvil.Accounts[2];

    private static LeaseEpoch HeadEpoch(OrderView view) => view.Leases.FirstOrDefault(l => l.Slot == 0)?.Epoch ?? LeaseEpoch.None;

    private OrderRequest Request(DateTimeOffset now, int most)
    {
        var price = _random.Next(1, 50);
        return new OrderRequest
        {
            ManifestHash = Hash32.Sha256(BitConverter.GetBytes(_random.Next())),
            Token = _chain.Token,
            Deposit = new Wei((UInt128)Math.Max(price, _random.Next(most))),
            UnitPrice = new Wei((UInt128)price),
            Slots = _random.Next(1, 4),
            AuthorityKeyHash = KeyHash(_authority),
            EndsAt = now.AddSeconds(_random.Next(4) == 0 ? 200 : 100_000),
            DisputeWindow = TimeSpan.FromSeconds(_random.Next(3) == 0 ? 60 : 0),
        };
    }

    private AnvilCall ToBook(Account from, byte[] data) => new(from.Address, _chain.OrderBook, data);

    private static P256Point Point(ECDsa key)
    {
        var (x, y) = P256.Point(key);
        return new P256Point(new Hash32(x), new Hash32(y));
    }

    private static Hash32 KeyHash(ECDsa key) => Point(key).KeyHash();

    private static P256Signature Sign(ECDsa key, Hash32 digest) => P256Signature.FromFixed(key.SignHash(digest.ToArray()));
}
