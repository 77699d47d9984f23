using SwarmCompute.Chain;
using SwarmCompute.Chain.Sync;
using SwarmCompute.Grains.ChainFeed;
using SwarmCompute.Grains.Settlement;

namespace SwarmCompute.Grains.Tests;

/// <summary>The OrderBook contract in memory, a block for each transaction, final <see cref="FinalityLag"/> blocks later. Refuses what the contract refuses, and can be cut off.</summary>
internal sealed class FakeChain : IChainReader, IChainWriter, IChainSource
{
    private readonly ChainSync _sync;
    private readonly Lock _gate = new();
    private readonly List<OrderEvent> _events = [];
    private readonly List<string> _sent = [];
    private readonly Dictionary<ulong, int> _branches = [];
    private ulong _block = 1;
    private ulong _orders;
    private string? _outage;
    private Hash32? _finalHash;
    private ulong? _finalWas;

    public FakeChain() => _sync = new ChainSync(this, Cluster.GuestForge.Chain, new SyncOptions { HotDepthMax = 100_000 }, TimeProvider.System);

    /// <summary>Who places every order.</summary>
    public static Account Customer => Chain.Development.Anvil.Accounts[3];

    public ulong FinalityLag { get; set; }

    /// <summary>The next transaction is mined, but its sender learns of a timeout.</summary>
    public bool LoseNextReceipt { get; set; }

    public ImmutableArray<string> Sent { get { lock (_gate) return [.. _sent]; } }

    public void CutOff(string? why) { lock (_gate) _outage = why; }

    /// <summary>From here on the chain's finalized block is an earlier one.</summary>
    public void GoBack() { lock (_gate) _finalWas = Finalized - 1; }

    /// <summary>From here on the chain's finalized block is another one of the same number.</summary>
    public void Contradict() { lock (_gate) (_finalWas, _finalHash) = (Finalized, Hash32.Sha256("another"u8)); }

    public void Agree() { lock (_gate) (_finalWas, _finalHash) = (null, null); }

    /// <summary>The newest blocks, their events included, are gone, and empty ones are there instead.</summary>
    public void Reorg(int depth)
    {
        lock (_gate)
        {
            var stays = _block - (ulong)depth;
            if (stays < Finalized) throw new InvalidOperationException("A reorg of final blocks is none.");
            _events.RemoveAll(e => e.Block > stays);
            for (var number = stays + 1; number <= _block; number++) _branches[number] = _branches.GetValueOrDefault(number) + 1;
        }
    }

    /// <summary>An event that no endpoint tells of any more, until it is null.</summary>
    public Func<OrderEvent, bool>? Hidden { get; set; }

    public void Mine(int blocks) { lock (_gate) _block += (ulong)blocks; }

    public OrderId Place(Manifest manifest, Hash32? authority = null, int? slots = null, DateTimeOffset? endsAt = null)
    {
        lock (_gate)
        {
            var order = new OrderId(++_orders);
            Emit(order, (b, h, i, n, t) => new OrderEvent.OrderPlaced(order, b, h, i, n, t, Customer.Address, new OrderRequest
            {
                ManifestHash = manifest.Hash,
                Token = Cluster.GuestForge.Chain.Token,
                Deposit = new Wei(1000),
                UnitPrice = new Wei(1),
                Slots = slots ?? manifest.Stages,
                AuthorityKeyHash = authority ?? manifest.Authority,
                EndsAt = endsAt ?? DateTimeOffset.MaxValue,
            }, new Wei(1), null, 1));
            return order;
        }
    }

    public void Close(OrderId order)
    {
        lock (_gate)
        {
            if (View(order, ulong.MaxValue)!.Status is OrderStatus.Open)
                Emit(order, (b, h, i, n, t) => new OrderEvent.OrderCancelled(order, b, h, i, n, t, new Wei(1000)));
            else
                Emit(order, (b, h, i, n, t) => new OrderEvent.OrderClosing(order, b, h, i, n, t, View(order, ulong.MaxValue)!.EndsAt));
        }
    }

    /// <summary>A head reports without the swarm.</summary>
    public void Report(OrderId order)
    {
        lock (_gate) Emit(order, (b, h, i, n, t) => new OrderEvent.ReportSubmitted(order, b, h, i, n, t, new LeaseEpoch(1), Hash32.Sha256("report"u8), 7, 7));
    }

    /// <summary>Someone expires the order, at whatever time.</summary>
    public void Expire(OrderId order) { lock (_gate) Emit(order, View(order, ulong.MaxValue)!, expired: true); }

    /// <summary>Who owns a compute offer.</summary>
    public static Address ProviderOf(OfferId offer) => new(Hash32.Sha256(BitConverter.GetBytes(offer.Value)).ToArray().AsSpan(0, Address.Size));

    public Task<SyncStep> Step(SyncState state, CancellationToken cancel) => _sync.Step(state, cancel);

    public Task<ImmutableArray<OrderEvent>> ReadOrder(OrderId order, ulong from, SyncState state, CancellationToken cancel) => _sync.ReadOrder(order, from, state, cancel);

    public Task<OrderView?> Read(OrderId order, bool finalized, CancellationToken cancel)
    {
        lock (_gate)
        {
            CheckReachable();
            return Task.FromResult(View(order, finalized ? Finalized : ulong.MaxValue));
        }
    }

    public Task<Hash32> AssignLease(LeaseId lease, LeaseEpoch epoch, OfferId offer, Hash32 measurement, P256Point leaseKey, P256Point authorityKey, P256Signature authoritySignature, CancellationToken cancel) =>
        Transact($"lease {lease} epoch {epoch}", lease.Order, view =>
        {
            if (authorityKey.KeyHash() != view.AuthorityKeyHash) throw ChainException.Reverted("WrongAuthority", "WrongAuthority");
            if (view.Leases.FirstOrDefault(l => l.Slot == lease.Slot)?.Epoch >= epoch) throw ChainException.Reverted("StaleEpoch", "StaleEpoch");
            if (view.Leases.FirstOrDefault(l => l.Slot == lease.Slot) is { } held)
                Emit(lease.Order, (b, h, i, n, t) => new OrderEvent.LeasePaid(lease.Order, b, h, i, n, t, lease.Slot, held.Epoch, held.Provider,
                    new Wei(view.SlotPrice(lease.Slot).Value * (view.Units - held.FromUnits))));
            Emit(lease.Order, (b, h, i, n, t) => new OrderEvent.LeaseAssigned(lease.Order, b, h, i, n, t, lease.Slot, epoch, ProviderOf(offer), offer, measurement,
                leaseKey.KeyHash(), view.Units));
            var after = View(lease.Order, ulong.MaxValue)!;
            if (after.Status is OrderStatus.Open && after.Leases.Length == after.Slots)
                Emit(lease.Order, (b, h, i, n, t) => new OrderEvent.OrderRunning(lease.Order, b, h, i, n, t));
        });

    public Task<Hash32> Checkpoint(OrderId order, LeaseEpoch epoch, ulong units, P256Point key, P256Signature signature, CancellationToken cancel) =>
        Transact($"usage {order} epoch {epoch} units {units}", order, view =>
        {
            var head = Head(view, epoch, key);
            var total = UInt128.Min(head.FromUnits + units, view.Deposit.Value);
            if (total <= view.Units) throw ChainException.Reverted("StaleUnits", "StaleUnits");
            Emit(order, (b, h, i, n, t) => new OrderEvent.UsageCheckpoint(order, b, h, i, n, t, epoch, units, total));
        });

    public Task<Hash32> SubmitReport(OrderId order, LeaseEpoch epoch, Hash32 reportHash, ulong units, P256Point key, P256Signature signature, CancellationToken cancel) =>
        Transact($"report {order} epoch {epoch} units {units}", order, view =>
        {
            var head = Head(view, epoch, key);
            if (view.ReportHash is not null) throw ChainException.Reverted("ReportAlreadySubmitted", "ReportAlreadySubmitted");
            Emit(order, (b, h, i, n, t) => new OrderEvent.ReportSubmitted(order, b, h, i, n, t, epoch, reportHash, units,
                UInt128.Max(view.Units, UInt128.Min(head.FromUnits + units, view.Deposit.Value))));
        });

    public Task<Hash32> Settle(OrderId order, CancellationToken cancel) => Transact($"settle {order}", order, view =>
    {
        if (view.ReportHash is null) throw ChainException.Reverted("NoReport", "NoReport");
        Emit(order, view, expired: false);
    });

    public Task<Hash32> Expire(OrderId order, CancellationToken cancel) => Transact($"expire {order}", order, view => Emit(order, view, expired: true));

    private void Emit(OrderId order, OrderView view, bool expired)
    {
        var paid = new Wei(view.Units * view.UnitPrice.Value);
        Emit(order, (b, h, i, n, t) => expired
            ? new OrderEvent.OrderExpired(order, b, h, i, n, t, paid, view.Deposit - paid)
            : new OrderEvent.OrderSettled(order, b, h, i, n, t, paid, view.Deposit - paid));
    }

    private static LeaseOnChain Head(OrderView view, LeaseEpoch epoch, P256Point key)
    {
        var head = view.Leases.First(l => l.Slot == 0);
        if (head.Epoch != epoch) throw ChainException.Reverted("StaleEpoch", "StaleEpoch");
        return head.KeyHash == key.KeyHash() ? head : throw ChainException.Reverted("WrongKey", "WrongKey");
    }

    int IChainSource.Endpoints => 1;

    Address IChainSource.Book => Cluster.GuestForge.Chain.OrderBook;

    Task<BlockHeader?> IChainSource.Header(int endpoint, string tag, CancellationToken cancel)
    {
        lock (_gate)
        {
            CheckReachable();
            if (tag == "latest") return Task.FromResult<BlockHeader?>(Header(_block));
            var header = Header(_finalWas ?? Finalized);
            return Task.FromResult<BlockHeader?>(_finalHash is { } other ? header with { Hash = other } : header);
        }
    }

    Task<BlockHeader?> IChainSource.Header(int endpoint, ulong number, CancellationToken cancel)
    {
        lock (_gate)
        {
            CheckReachable();
            return Task.FromResult(number <= _block ? Header(number) : null);
        }
    }

    Task<BlockHeader?> IChainSource.Header(int endpoint, Hash32 hash, CancellationToken cancel)
    {
        lock (_gate)
        {
            CheckReachable();
            for (var number = _block + 1; number-- > 0;)
                if (HashOf(number) == hash) return Task.FromResult<BlockHeader?>(Header(number));
            return Task.FromResult<BlockHeader?>(null);
        }
    }

    Task<ImmutableArray<BookLog>> IChainSource.Logs(int endpoint, Hash32 block, CancellationToken cancel)
    {
        lock (_gate)
        {
            CheckReachable();
            return Task.FromResult(Logs(e => e.BlockHash == block));
        }
    }

    Task<ImmutableArray<BookLog>> IChainSource.Logs(int endpoint, ulong first, ulong last, OrderId? order, CancellationToken cancel)
    {
        lock (_gate)
        {
            CheckReachable();
            return Task.FromResult(Logs(e => e.Block >= first && e.Block <= last && (order is null || e.Order == order)));
        }
    }

    private BlockHeader Header(ulong number)
    {
        var isEmpty = Logs(e => e.Block == number).IsEmpty;
        return new BlockHeader(number, HashOf(number), number == 0 ? default : HashOf(number - 1), isEmpty ? default : AnyLog, DateTimeOffset.UnixEpoch);
    }

    private static readonly LogBloom AnyLog = new([.. Enumerable.Repeat((byte)255, LogBloom.Size)]);

    private ImmutableArray<BookLog> Logs(Func<OrderEvent, bool> which) =>
        [.. _events.Where(e => which(e) && !(Hidden?.Invoke(e) ?? false)).Select(e => new BookLog(e.Block, e.BlockHash, e.LogIndex, [], e))];

    private ulong Finalized => _block > FinalityLag ? _block - FinalityLag : 0;

    private Task<Hash32> Transact(string what, OrderId order, Action<OrderView> act)
    {
        lock (_gate)
        {
            CheckReachable();
            var view = View(order, ulong.MaxValue) ?? throw ChainException.Reverted("UnknownOrder", "UnknownOrder");
            if (view.Status is not (OrderStatus.Open or OrderStatus.Running or OrderStatus.Closing)) throw ChainException.Reverted("WrongStatus", $"WrongStatus({view.Status})");
            act(view);
            _sent.Add(what);
            if (!LoseNextReceipt) return Task.FromResult(_events[^1].Transaction);
            LoseNextReceipt = false;
            throw new ChainException(ChainErrorKind.Timeout, $"No receipt of {what}.");
        }
    }

    private OrderView? View(OrderId order, ulong until) => OrderView.Fold(_events.Where(e => e.Order == order && e.Block <= until));

    private void Emit(OrderId order, Func<ulong, Hash32, uint, uint, Hash32, OrderEvent> make)
    {
        var sequence = (uint)_events.Count(e => e.Order == order) + 1;
        _block++;
        _events.Add(make(_block, HashOf(_block), 0, sequence, Hash32.Sha256(BitConverter.GetBytes(~_block))));
    }

    private Hash32 HashOf(ulong block) => Hash32.Sha256(BitConverter.GetBytes(block + 1_000_000_007UL * (ulong)_branches.GetValueOrDefault(block)));

    private void CheckReachable()
    {
        if (_outage is { } why) throw new ChainException(ChainErrorKind.Unreachable, why);
    }
}
