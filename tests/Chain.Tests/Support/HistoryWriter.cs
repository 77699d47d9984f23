namespace SwarmCompute.Chain.Tests.Support;

/// <summary>Writes what the contract would emit: its rules once more, as plainly as possible, for the events of one order.</summary>
internal sealed class HistoryWriter
{
    private static readonly Hash32 Key = Hash32.Sha256("key"u8);
    private static readonly Address Someone = Address.Parse("0x00000000000000000000000000000000000000aa");

    private readonly Random _random;
    private readonly List<OrderEvent> _events = [];
    private readonly uint[] _epochs, _from;
    private readonly uint _compute, _assets;
    private readonly List<(OrderId Order, uint Deposit)> _subOrders = [];
    private ulong _block = 10;
    private uint _log, _units, _paid, _drawn, _deposit = 100_000, _children = 100;

    public HistoryWriter(int slots, int assets, Random random)
    {
        _random = random;
        (_epochs, _from) = (new uint[slots], new uint[slots]);
        (_compute, _assets) = ((uint)random.Next(0, 20), (uint)assets);
        var request = new OrderRequest
        {
            ManifestHash = Key,
            Token = Someone,
            Deposit = new Wei(_deposit),
            UnitPrice = new Wei(Price),
            Slots = slots,
            AuthorityKeyHash = Key,
            EndsAt = DateTimeOffset.UnixEpoch.AddYears(60),
        };
        Add((b, h, l, n, t) => new OrderEvent.OrderPlaced(Histories.Order, b, h, l, n, t, Someone, request, new Wei(_compute), null, 1));
        for (var i = 0; i < assets; i++)
        {
            var price = new Wei((UInt128)i + 1);
            Add((b, h, l, n, t) => new OrderEvent.AssetUsed(Histories.Order, b, h, l, n, t, new OfferId((ulong)i + 1), 1, Someone, price));
        }
    }

    public OrderEvent[] Events => [.. _events];

    /// <summary>Assets cost 1, 2, 3 … a unit.</summary>
    private uint Price => _compute + _assets * (_assets + 1) / 2;

    public void Lease(int slot)
    {
        if (_epochs[slot] > 0)
        {
            var amount = SlotPrice(slot) * (_units - _from[slot]);
            _paid += amount;
            Add((b, h, l, n, t) => new OrderEvent.LeasePaid(Histories.Order, b, h, l, n, t, slot, new LeaseEpoch(_epochs[slot]), Someone, new Wei(amount)));
        }
        var first = _epochs[slot] == 0;
        _epochs[slot] += (uint)_random.Next(1, 5);
        _from[slot] = _units;
        Add((b, h, l, n, t) => new OrderEvent.LeaseAssigned(
            Histories.Order, b, h, l, n, t, slot, new LeaseEpoch(_epochs[slot]), Someone, new OfferId(9), Key, Key, _from[slot]));
        if (first && _epochs.All(e => e > 0)) Add((b, h, l, n, t) => new OrderEvent.OrderRunning(Histories.Order, b, h, l, n, t));
    }

    public void Step()
    {
        switch (_random.Next(5))
        {
            case 0: Lease(_random.Next(_epochs.Length)); break;
            case 1 or 2: Count(); break;
            case 3 when _subOrders.Count > 0: EndSubOrder(); break;
            case 3: PlaceSubOrder(); break;
            default: AddDeposit(); break;
        }
    }

    public OrderEvent[] Cancel()
    {
        Add((b, h, l, n, t) => new OrderEvent.OrderCancelled(Histories.Order, b, h, l, n, t, new Wei(_deposit)));
        return Events;
    }

    public OrderEvent[] Expire()
    {
        while (_subOrders.Count > 0) EndSubOrder();
        PayAll();
        Add((b, h, l, n, t) => new OrderEvent.OrderExpired(Histories.Order, b, h, l, n, t, new Wei(_paid), new Wei(_deposit - _drawn - _paid)));
        return Events;
    }

    public OrderEvent[] Report()
    {
        if (_random.Next(2) == 0) Add((b, h, l, n, t) => new OrderEvent.OrderClosing(Histories.Order, b, h, l, n, t, DateTimeOffset.UnixEpoch.AddYears(50)));
        _units += (uint)_random.Next(10);
        Add((b, h, l, n, t) => new OrderEvent.ReportSubmitted(Histories.Order, b, h, l, n, t, new LeaseEpoch(_epochs[0]), Key, _units - _from[0], _units));
        return Events;
    }

    public OrderEvent[] Settle()
    {
        Report();
        while (_subOrders.Count > 0) EndSubOrder();
        PayAll();
        return Settled();
    }

    public OrderEvent[] Dispute()
    {
        Report();
        Add((b, h, l, n, t) => new OrderEvent.OrderDisputed(Histories.Order, b, h, l, n, t));
        while (_subOrders.Count > 0) EndSubOrder();
        var before = _paid;
        PayAll();
        _paid = before + (uint)_random.Next((int)(_paid - before) + 1);
        return Settled();
    }

    private OrderEvent[] Settled()
    {
        Add((b, h, l, n, t) => new OrderEvent.OrderSettled(Histories.Order, b, h, l, n, t, new Wei(_paid), new Wei(_deposit - _drawn - _paid)));
        return Events;
    }

    private void Count()
    {
        _units += (uint)_random.Next(1, 50);
        Add((b, h, l, n, t) => new OrderEvent.UsageCheckpoint(Histories.Order, b, h, l, n, t, new LeaseEpoch(_epochs[0]), _units - _from[0], _units));
    }

    private void AddDeposit()
    {
        var amount = (uint)_random.Next(1, 1000);
        _deposit += amount;
        Add((b, h, l, n, t) => new OrderEvent.DepositAdded(Histories.Order, b, h, l, n, t, Someone, new Wei(amount)));
    }

    private void PlaceSubOrder()
    {
        var sub = (Order: new OrderId(_children++), Deposit: (uint)_random.Next(1, 1000));
        _subOrders.Add(sub);
        _drawn += sub.Deposit;
        Add((b, h, l, n, t) => new OrderEvent.SubOrderPlaced(Histories.Order, b, h, l, n, t, sub.Order, new Wei(sub.Deposit)));
    }

    private void EndSubOrder()
    {
        var (sub, deposit) = _subOrders[^1];
        _subOrders.RemoveAt(_subOrders.Count - 1);
        var returned = (uint)_random.Next((int)deposit + 1);
        _drawn -= returned;
        Add((b, h, l, n, t) => new OrderEvent.SubOrderEnded(Histories.Order, b, h, l, n, t, sub, new Wei(returned)));
    }

    private void PayAll()
    {
        for (var slot = 0; slot < _epochs.Length; slot++) _paid += SlotPrice(slot) * (_units - _from[slot]);
        _paid += (Price - _compute) * _units;
    }

    private uint SlotPrice(int slot)
    {
        var share = _compute / (uint)_epochs.Length;
        return slot == 0 ? _compute - share * (uint)(_epochs.Length - 1) : share;
    }

    private void Add(Func<ulong, Hash32, uint, uint, Hash32, OrderEvent> make)
    {
        if (_random.Next(2) == 0) (_block, _log) = (_block + (ulong)_random.Next(1, 4), 0);
        _log += (uint)_random.Next(1, 3);
        _events.Add(make(_block, Hash32.Sha256(BitConverter.GetBytes(_block)), _log, (uint)_events.Count + 1, Hash32.Sha256(BitConverter.GetBytes(_events.Count / 2))));
    }
}
