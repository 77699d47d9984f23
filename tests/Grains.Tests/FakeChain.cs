using SwarmCompute.Chain;
using SwarmCompute.Grains.ChainFeed;
using SwarmCompute.Grains.Settlement;

namespace SwarmCompute.Grains.Tests;

/// <summary>The OrderBook contract in memory, a block for each transaction, final <see cref="FinalityLag"/> blocks later. Refuses what the contract refuses, and can be cut off.</summary>
internal sealed class FakeChain : IChainReader, IChainWriter
{
    private readonly Lock _gate = new();
    private readonly List<OrderEvent> _events = [];
    private readonly List<string> _sent = [];
    private ulong _block = 1;
    private ulong _orders;
    private string? _outage;
    private bool _wentBack;

    public ulong FinalityLag { get; set; }

    /// <summary>The next transaction is mined, but its sender learns of a timeout.</summary>
    public bool LoseNextReceipt { get; set; }

    public ImmutableArray<string> Sent { get { lock (_gate) return [.. _sent]; } }

    public void CutOff(string? why) { lock (_gate) _outage = why; }

    /// <summary>From here on the chain's finalized block is an earlier one.</summary>
    public void GoBack() { lock (_gate) _wentBack = true; }

    public void Mine(int blocks) { lock (_gate) _block += (ulong)blocks; }

    public OrderId Place(Manifest manifest, Hash32? authority = null, int? slots = null, DateTimeOffset? endsAt = null)
    {
        lock (_gate)
        {
            var order = new OrderId(++_orders);
            Emit(order, (b, h, i, n, t) => new OrderEvent.OrderPlaced(order, b, h, i, n, t, Address.Parse("0x00000000000000000000000000000000000000c1"), manifest.Hash,
                new Wei(1000), new Wei(1), slots ?? manifest.Stages, authority ?? manifest.Authority, endsAt ?? DateTimeOffset.MaxValue));
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
                Emit(order, (b, h, i, n, t) => new OrderEvent.OrderClosing(order, b, h, i, n, t));
        }
    }

    public void Expire(OrderId order) { lock (_gate) Emit(order, (b, h, i, n, t) => new OrderEvent.OrderExpired(order, b, h, i, n, t, new Wei(1000))); }

    public Task<(ImmutableArray<OrderEvent> Events, ChainCursor Next)> ReadFinalized(ChainCursor from, CancellationToken cancel)
    {
        lock (_gate)
        {
            CheckReachable();
            if (_wentBack) return Task.FromResult((ImmutableArray<OrderEvent>.Empty, new ChainCursor(from.NextBlock - 1, null)));
            var end = Finalized + 1;
            if (end <= from.NextBlock) return Task.FromResult((ImmutableArray<OrderEvent>.Empty, from));
            ImmutableArray<OrderEvent> events = [.. _events.Where(e => e.Block >= from.NextBlock && e.Block < end)];
            return Task.FromResult((events, new ChainCursor(end, HashOf(Finalized))));
        }
    }

    public Task<OrderView?> Read(OrderId order, bool finalized, CancellationToken cancel)
    {
        lock (_gate)
        {
            CheckReachable();
            return Task.FromResult(View(order, finalized ? Finalized : ulong.MaxValue));
        }
    }

    public Task<Hash32> AssignLease(LeaseId lease, LeaseEpoch epoch, Address provider, P256Point leaseKey, P256Point authorityKey, P256Signature authoritySignature, CancellationToken cancel) =>
        Transact($"lease {lease} epoch {epoch}", lease.Order, view =>
        {
            if (authorityKey.KeyHash() != view.AuthorityKeyHash) throw ChainException.Reverted("WrongAuthority", "WrongAuthority");
            if (view.Leases.FirstOrDefault(l => l.Slot == lease.Slot)?.Epoch >= epoch) throw ChainException.Reverted("StaleEpoch", "StaleEpoch");
            Emit(lease.Order, (b, h, i, n, t) => new OrderEvent.LeaseAssigned(lease.Order, b, h, i, n, t, lease.Slot, epoch, provider, leaseKey.KeyHash()));
            var after = View(lease.Order, ulong.MaxValue)!;
            if (after.Status is OrderStatus.Open && after.Leases.Length == after.Slots)
                Emit(lease.Order, (b, h, i, n, t) => new OrderEvent.OrderRunning(lease.Order, b, h, i, n, t));
        });

    public Task<Hash32> SubmitReport(OrderId order, LeaseEpoch epoch, Hash32 reportHash, ulong units, P256Point key, P256Signature signature, CancellationToken cancel) =>
        Transact($"report {order} epoch {epoch} units {units}", order, view =>
        {
            var head = view.Leases.First(l => l.Slot == 0);
            if (head.Epoch != epoch) throw ChainException.Reverted("StaleEpoch", "StaleEpoch");
            if (head.KeyHash != key.KeyHash()) throw ChainException.Reverted("WrongKey", "WrongKey");
            if (view.ReportHash is not null) throw ChainException.Reverted("ReportAlreadySubmitted", "ReportAlreadySubmitted");
            Emit(order, (b, h, i, n, t) => new OrderEvent.ReportSubmitted(order, b, h, i, n, t, epoch, reportHash, units));
        });

    public Task<Hash32> Settle(OrderId order, CancellationToken cancel) => Transact($"settle {order}", order, view =>
    {
        if (view.ReportHash is null) throw ChainException.Reverted("NoReport", "NoReport");
        var paid = new Wei(UInt128.Min(view.Units!.Value * view.UnitPrice.Value, view.Deposit.Value));
        Emit(order, (b, h, i, n, t) => new OrderEvent.OrderSettled(order, b, h, i, n, t, paid, view.Deposit - paid));
    });

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

    private static Hash32 HashOf(ulong block) => Hash32.Sha256(BitConverter.GetBytes(block));

    private void CheckReachable()
    {
        if (_outage is { } why) throw new ChainException(ChainErrorKind.Unreachable, why);
    }
}
