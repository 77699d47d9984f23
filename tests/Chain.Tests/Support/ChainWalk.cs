using System.Collections.Immutable;
using SwarmCompute.Chain.Contracts;
using SwarmCompute.Chain.Development;

namespace SwarmCompute.Chain.Tests.Support;

/// <summary>
/// Does things to orders at random, on a real chain, as everyone who may: what the contracts refuse is refused and goes on. Steered towards
/// what they take, so that orders come far.
/// </summary>
internal sealed class ChainWalk(DevelopmentChain chain, int seed) : IDisposable
{
    private readonly Random _random = new(seed);
    private readonly List<Walked> _orders = [], _live = [];
    private ImmutableArray<OfferId> _assets = [], _computes = [];

    /// <summary>How often each thing was done.</summary>
    public Dictionary<string, int> Done { get; } = [];

    /// <summary>How often a contract refused.</summary>
    public int Refused { get; private set; }

    /// <summary>Makes offers of every kind.</summary>
    public async Task Prepare(CancellationToken cancel)
    {
        var offers = chain.OffersOf(DevelopmentChain.Deployer);
        OfferKind[] kinds = [OfferKind.Model, OfferKind.Data, OfferKind.Data, OfferKind.Engine];
        foreach (var (price, kind) in kinds.Index())
        {
            var version = new OfferVersion(Hash32.Sha256([(byte)price]), chain.Options.Token, new Wei((UInt128)price));
            _assets = _assets.Add(await offers.Create(kind, version, 0, cancel));
        }
        _computes = [chain.Compute, await chain.Enroll(Anvil.Accounts[5], new Wei(1), 40, cancel)];
        await chain.Fund(DevelopmentChain.Sender, cancel);
        await new Token(chain.Client, DevelopmentChain.Customer).Approve(chain.Options.EscrowVault, new Wei(UInt128.MaxValue), cancel);
        await new Token(chain.Client, DevelopmentChain.Deployer).Mint(DevelopmentChain.Customer.Address, new Wei(1_000_000_000), cancel);
    }

    /// <summary>Does one thing.</summary>
    public async Task Step(CancellationToken cancel)
    {
        var order = _live.Count < 3 || (_live.Count < 8 && _random.Next(10) == 0) ? null : _live[_random.Next(_live.Count)];
        try
        {
            if (order is null) await Does("place", () => Place(cancel));
            else await Act(order, cancel);
        }
        catch (ChainException e) when (e.Kind == ChainErrorKind.Reverted)
        {
            Refused++;
        }
    }

    public void Dispose()
    {
        foreach (var order in _orders) order.Script.Dispose();
    }

    /// <summary>Mostly what the order's state calls for, sometimes anything.</summary>
    private async Task Act(Walked order, CancellationToken cancel)
    {
        var view = (await Book(DevelopmentChain.Sender).Read(order.Id, finalized: false, cancel))!;
        if (view.IsOver && _random.Next(2) == 0) _live.Remove(order);
        string[] fitting = (view.Status, view.ReportHash) switch
        {
            (OrderStatus.Open, _) => ["assign", "assign", "assign", "assign", "assign", "add", "sub-order", _random.Next(3) == 0 ? "close" : "assign"],
            (OrderStatus.Running or OrderStatus.Closing, null) => ["assign", "checkpoint", "checkpoint", "checkpoint", "batch", "sub-order", "report", _random.Next(3) == 0 ? "close" : "pass time", "expire"],
            (OrderStatus.Running or OrderStatus.Closing, _) => ["settle", "settle by anyone", "dispute", "dispute", "close"],
            (OrderStatus.Disputed, _) => ["resolve", "pass time", "conclude"],
            _ => ["checkpoint", "settle", "release"],
        };
        string[] any = ["checkpoint", "report", "settle", "expire", "dispute", "resolve", "pass time", "close", "assign", "release"];
        var choices = _random.Next(8) == 0 ? any : fitting;
        await Do(choices[_random.Next(choices.Length)], order, cancel);
    }

    private Task Do(string what, Walked order, CancellationToken cancel) => Does(what, () => what switch
    {
        "sub-order" => PlaceSubOrder(order, cancel),
        "assign" => Assign(order, Array.IndexOf(order.Epochs, 0u) is >= 0 and var first ? first : _random.Next(order.Epochs.Length), cancel),
        "add" => Book(DevelopmentChain.Sender).AddDeposit(order.Id, new Wei((UInt128)_random.Next(0, 500)), cancel),
        "checkpoint" => order.Script.Checkpoint(order.Epochs[0], (UInt128)_random.Next(1, 80), cancel),
        "batch" => Book(DevelopmentChain.Sender).CheckpointBatch([.. _orders.TakeLast(5).Select(o => o.Script.CheckpointOf(o.Epochs[0], (UInt128)_random.Next(1, 80)))], cancel),
        "close" => Book(DevelopmentChain.Customer).CloseOrder(order.Id, cancel),
        "report" => order.Script.Submit(order.Epochs[0], (UInt128)_random.Next(60), cancel),
        "settle" => Book(DevelopmentChain.Customer).Settle(order.Id, cancel),
        "settle by anyone" => Book(DevelopmentChain.Sender).Settle(order.Id, cancel),
        "expire" => Book(DevelopmentChain.Sender).Expire(order.Id, cancel),
        "dispute" => chain.CourtOf(DevelopmentChain.Customer).Open(order.Id, Hash32.Sha256("evidence"u8), cancel),
        "resolve" => chain.CourtOf(DevelopmentChain.Deployer).Resolve(order.Id, (ushort)_random.Next(10_001), default, Wei.Zero, cancel),
        "conclude" => chain.CourtOf(DevelopmentChain.Sender).Conclude(order.Id, cancel),
        "release" => Book(DevelopmentChain.Sender).ReleaseStake(order.Id, DevelopmentChain.Provider.Address, cancel),
        _ => chain.Anvil.AdvanceTime(TimeSpan.FromMinutes(_random.Next(1, 120)), cancel),
    });

    private async Task Place(CancellationToken cancel)
    {
        var order = new Walked(new OrderScript(chain), new uint[_random.Next(1, 4)]);
        var request = await Request(order, _random.Next(1000, 20_000), cancel);
        ImmutableArray<AssetUse> uses = [.. Enumerable.Range(0, _random.Next(5)).Select(_ => new AssetUse(_assets[_random.Next(_assets.Length)], 1))];
        await order.Script.Place(request, uses, cancel);
        _orders.Add(order);
        _live.Add(order);
    }

    private async Task PlaceSubOrder(Walked parent, CancellationToken cancel)
    {
        var order = new Walked(new OrderScript(chain), new uint[_random.Next(1, 3)]);
        var request = await Request(order, _random.Next(100, 900), cancel);
        await order.Script.PlaceSubOrder(parent.Id, request with { EndsAt = DateTimeOffset.FromUnixTimeSeconds((long)await chain.Now(cancel)).AddHours(1) }, cancel);
        _orders.Add(order);
        _live.Add(order);
    }

    private async Task<OrderRequest> Request(Walked order, int deposit, CancellationToken cancel)
    {
        var request = await order.Script.Request(deposit, unitPrice: _random.Next(20, 40), order.Epochs.Length, cancel);
        return request with
        {
            EndsAt = request.EndsAt.AddDays(-100).AddHours(_random.Next(2, 6)),
            DisputeWindow = TimeSpan.FromHours(_random.Next(2)),
            UnitsPerSecondMax = _random.Next(3) == 0 ? 1u : 0,
            ExternalId = Hash32.Sha256(BitConverter.GetBytes(_random.NextInt64())),
        };
    }

    private async Task Assign(Walked order, int slot, CancellationToken cancel)
    {
        var epoch = order.Epochs[slot] + (uint)_random.Next(_random.Next(6) == 0 ? 0 : 1, 4);
        await order.Script.Assign(slot, epoch, _computes[_random.Next(_computes.Length)], cancel);
        order.Epochs[slot] = epoch;
    }

    private OrderBook Book(Account signer) => chain.BookOf(signer);

    private async Task Does(string what, Func<Task> act)
    {
        await act();
        Done[what] = Done.GetValueOrDefault(what) + 1;
    }

    private sealed record Walked(OrderScript Script, uint[] Epochs)
    {
        public OrderId Id => Script.Order;
    }
}
