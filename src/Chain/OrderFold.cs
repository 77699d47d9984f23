using System.Collections.Immutable;

namespace SwarmCompute.Chain;

/// <summary>Derives an order from its events. What the contract cannot emit is refused: what may follow what, epochs, units, and every amount.</summary>
internal static class OrderFold
{
    private const int SubOrdersMax = 16;

    /// <summary>See <see cref="OrderView.Fold(IEnumerable{OrderEvent})"/>.</summary>
    public static OrderView? Fold(IEnumerable<OrderEvent> events) => Fold(null, null, events.Distinct().OrderBy(e => e.Block).ThenBy(e => e.LogIndex));

    /// <summary>See <see cref="OrderView.Fold(OrderView?, OrderEvent?, IEnumerable{OrderEvent})"/>.</summary>
    public static OrderView? Fold(OrderView? view, OrderEvent? previous, IEnumerable<OrderEvent> events)
    {
        foreach (var next in events)
        {
            view = Fold(view, previous, next);
            previous = next;
        }
        return view;
    }

    private static OrderView Fold(OrderView? view, OrderEvent? previous, OrderEvent next)
    {
        CheckFollows(previous, next);
        OrderView after;
        try
        {
            after = Apply(view, previous, next) with { Events = next.Sequence };
        }
        catch (OverflowException)
        {
            throw Impossible(next, "has an amount out of range");
        }
        return after.Transactions.Contains(next.Transaction) ? after : after with { Transactions = after.Transactions.Add(next.Transaction) };
    }

    private static void CheckFollows(OrderEvent? previous, OrderEvent next)
    {
        if (previous is not null && previous.Order != next.Order) throw Impossible(next, $"belongs to another order than {previous.Order}");
        if (previous is not null && (previous.Block, previous.LogIndex) == (next.Block, next.LogIndex)) throw Impossible(next, "was told in two versions");
        var expected = (previous?.Sequence ?? 0) + 1;
        if (next.Sequence != expected) throw Impossible(next, $"has sequence {next.Sequence} where {expected} is due");
        if (previous is OrderEvent.LeasePaid paid && next is not OrderEvent.LeaseAssigned) throw Impossible(next, $"comes where a lease of slot {paid.Slot} is due");
    }

    /// <summary>What may follow in which state; everything else is refused.</summary>
    private static OrderView Apply(OrderView? view, OrderEvent? previous, OrderEvent next) => (view, next) switch
    {
        (null, OrderEvent.OrderPlaced e) => Placed(e),
        ({ Status: OrderStatus.Open }, OrderEvent.AssetUsed e) when previous is OrderEvent.OrderPlaced or OrderEvent.AssetUsed => Using(view, e),
        ({ Status: OrderStatus.Open or OrderStatus.Running, ReportHash: null, Parent: null }, OrderEvent.DepositAdded e) => view with { Deposit = view.Deposit + e.Amount },
        ({ Status: OrderStatus.Open or OrderStatus.Running, ReportHash: null, Parent: null }, OrderEvent.SubOrderPlaced e) => Drawn(view, e),
        ({ IsOver: false }, OrderEvent.SubOrderEnded e) => Returned(view, e),
        ({ Status: OrderStatus.Open or OrderStatus.Running or OrderStatus.Closing, ReportHash: null }, OrderEvent.LeasePaid e) => PaidOff(view, e),
        ({ Status: OrderStatus.Open or OrderStatus.Running or OrderStatus.Closing, ReportHash: null }, OrderEvent.LeaseAssigned e) => Leased(view, previous, e),
        ({ Status: OrderStatus.Open }, OrderEvent.OrderRunning) when view.Leases.Length == view.Slots && previous is OrderEvent.LeaseAssigned => view with { Status = OrderStatus.Running },
        ({ Status: OrderStatus.Running }, OrderEvent.OrderClosing e) when e.EndsAt <= view.EndsAt => view with { Status = OrderStatus.Closing, EndsAt = e.EndsAt },
        ({ Status: OrderStatus.Running or OrderStatus.Closing, ReportHash: null }, OrderEvent.UsageCheckpoint e) => Counted(view, e, e.Epoch, e.Units, e.Total, least: view.Units + 1),
        ({ Status: OrderStatus.Running or OrderStatus.Closing, ReportHash: null }, OrderEvent.ReportSubmitted e) =>
            Counted(view, e, e.Epoch, e.Units, e.Total, least: view.Units) with { ReportHash = e.ReportHash },
        ({ Status: OrderStatus.Running or OrderStatus.Closing, ReportHash: not null }, OrderEvent.OrderDisputed) => view with { Status = OrderStatus.Disputed },
        ({ Status: OrderStatus.Running or OrderStatus.Closing or OrderStatus.Disputed, ReportHash: not null }, OrderEvent.OrderSettled e) =>
            Ended(view, e, OrderStatus.Completed, e.Paid, e.Refunded),
        ({ Status: OrderStatus.Open }, OrderEvent.OrderCancelled e) => Ended(view, e, OrderStatus.Cancelled, view.Paid, e.Refunded),
        ({ Status: OrderStatus.Open or OrderStatus.Running or OrderStatus.Closing, ReportHash: null }, OrderEvent.OrderExpired e) =>
            Ended(view, e, OrderStatus.Expired, e.Paid, e.Refunded),
        _ => throw Impossible(next, $"cannot come in state {view?.Status ?? OrderStatus.None}"),
    };

    private static OrderView Placed(OrderEvent.OrderPlaced e)
    {
        var asked = e.Request;
        if (asked.Slots is < 1 or > LeaseId.SlotsMax) throw Impossible(e, $"has {asked.Slots} slots");
        if (e.ComputePrice > asked.UnitPrice) throw Impossible(e, $"gives leases {e.ComputePrice} of a price of {asked.UnitPrice}");
        return new OrderView
        {
            Status = OrderStatus.Open,
            Customer = e.Customer,
            ExternalId = asked.ExternalId,
            ManifestHash = asked.ManifestHash,
            Token = asked.Token,
            Deposit = asked.Deposit,
            UnitPrice = asked.UnitPrice,
            ComputePrice = e.ComputePrice,
            Slots = asked.Slots,
            AuthorityKeyHash = asked.AuthorityKeyHash,
            EndsAt = asked.EndsAt,
            DisputeWindow = asked.DisputeWindow,
            UnitsPerSecondMax = asked.UnitsPerSecondMax,
            Callback = asked.Callback,
            Parent = e.Parent,
            PolicyVersion = e.PolicyVersion,
            Events = e.Sequence,
        };
    }

    private static OrderView Using(OrderView view, OrderEvent.AssetUsed e)
    {
        var used = view with { Assets = view.Assets.Add(new AssetOnChain(e.Offer, e.Version, e.Owner, e.UnitPrice)) };
        return AssetsPrice(used) + used.ComputePrice <= used.UnitPrice ? used : throw Impossible(e, $"makes a unit cost more than {view.UnitPrice}");
    }

    private static OrderView Drawn(OrderView view, OrderEvent.SubOrderPlaced e)
    {
        if (e.Deposit > Free(view)) throw Impossible(e, $"takes {e.Deposit} where {Free(view)} is free");
        if (view.OpenSubOrders == SubOrdersMax) throw Impossible(e, $"comes where {SubOrdersMax} are open");
        return view with
        {
            Drawn = view.Drawn + e.Deposit,
            OpenSubOrders = view.OpenSubOrders + 1,
            SubOrders = view.SubOrders.Add(new SubOrderOnChain(e.SubOrder, e.Deposit, null)),
        };
    }

    private static OrderView Returned(OrderView view, OrderEvent.SubOrderEnded e)
    {
        if (view.SubOrders.FirstOrDefault(s => s.Order == e.SubOrder && s.Returned is null) is not { } open) throw Impossible(e, $"names order {e.SubOrder}, which is no open sub-order");
        if (e.Returned > open.Deposit) throw Impossible(e, $"returns {e.Returned} of {open.Deposit}");
        return view with
        {
            Drawn = view.Drawn - e.Returned,
            OpenSubOrders = view.OpenSubOrders - 1,
            SubOrders = view.SubOrders.Replace(open, open with { Returned = e.Returned }),
        };
    }

    /// <summary>The lease that is being replaced begins anew at the units that it was paid for: its successor must begin there.</summary>
    private static OrderView PaidOff(OrderView view, OrderEvent.LeasePaid e)
    {
        if (view.Leases.FirstOrDefault(l => l.Slot == e.Slot) is not { } held || held.Epoch != e.Epoch || held.Provider != e.Provider)
            throw Impossible(e, $"pays {e.Provider} for slot {e.Slot} under epoch {e.Epoch}, which is not its lease");
        var earned = view.Earned(held);
        if (e.Amount != earned) throw Impossible(e, $"pays {e.Amount} for what earned {earned}");
        return view with
        {
            Paid = view.Paid + e.Amount,
            Leases = view.Leases.Replace(held, held with { FromUnits = view.Units }),
            Segments = view.Segments.Add(new LeaseSegment(e.Slot, e.Epoch, e.Provider, e.Amount)),
        };
    }

    private static OrderView Leased(OrderView view, OrderEvent? previous, OrderEvent.LeaseAssigned e)
    {
        if (e.Slot < 0 || e.Slot >= view.Slots) throw Impossible(e, $"names slot {e.Slot} of {view.Slots}");
        var held = view.Leases.FirstOrDefault(l => l.Slot == e.Slot);
        if (e.Epoch <= (held?.Epoch ?? LeaseEpoch.None)) throw Impossible(e, $"has epoch {e.Epoch} after {held?.Epoch ?? LeaseEpoch.None}");
        if ((held?.Slot ?? -1) != ((previous as OrderEvent.LeasePaid)?.Slot ?? -1)) throw Impossible(e, "comes without the payment of the lease before, or with another's");
        if (e.FromUnits != view.Units) throw Impossible(e, $"begins at {e.FromUnits} units where the order has {view.Units}");
        var lease = new LeaseOnChain(e.Slot, e.Epoch, e.Provider, e.Offer, e.KeyHash, e.FromUnits);
        return view with { Leases = [.. view.Leases.Where(l => l.Slot != e.Slot).Append(lease).OrderBy(l => l.Slot)] };
    }

    private static OrderView Counted(OrderView view, OrderEvent e, LeaseEpoch epoch, UInt128 units, UInt128 total, UInt128 least)
    {
        if (view.Leases.FirstOrDefault(l => l.Slot == 0) is not { } head || head.Epoch != epoch) throw Impossible(e, $"has epoch {epoch}, which is not slot 0's");
        if (total < least) throw Impossible(e, $"counts {total} units where {view.Units} were counted");
        // A total that only stays where it was may be more than this lease has signed: what others signed before stays counted.
        if (total > view.Units && total - head.FromUnits > units) throw Impossible(e, $"counts {total} units where {units} were signed after {head.FromUnits}");
        if (view.UnitPrice > Wei.Zero && total > (view.Deposit - view.Drawn).Value / view.UnitPrice.Value) throw Impossible(e, $"counts {total} units, more than the deposit pays for");
        return view with { Units = total };
    }

    /// <summary>Pays what the units cost, to the last wei; after a dispute the court may have given the customer a part of it.</summary>
    private static OrderView Ended(OrderView view, OrderEvent e, OrderStatus status, Wei paid, Wei refunded)
    {
        if (view.OpenSubOrders != 0) throw Impossible(e, $"comes while {view.OpenSubOrders} sub-orders are open");
        if (AssetsPrice(view) + view.ComputePrice != view.UnitPrice) throw Impossible(e, $"comes without all that makes a unit cost {view.UnitPrice}");
        var due = view.Due();
        if (paid > due || paid < view.Paid || (paid != due && view.Status != OrderStatus.Disputed)) throw Impossible(e, $"pays {paid} where {due} is due");
        if (paid + refunded + view.Drawn != view.Deposit) throw Impossible(e, $"pays {paid} and refunds {refunded} of a deposit of {view.Deposit}, of which {view.Drawn} was drawn");
        return view with { Status = status, Paid = paid, Refunded = refunded };
    }

    private static Wei AssetsPrice(OrderView view) => view.Assets.Aggregate(Wei.Zero, (sum, asset) => sum + asset.UnitPrice);

    private static Wei Free(OrderView view) => view.Deposit - view.Drawn - new Wei(checked(view.Units * view.UnitPrice.Value));

    private static ChainException Impossible(OrderEvent e, string why) =>
        new(ChainErrorKind.Inconsistent, $"{e.GetType().Name} of order {e.Order} in block {e.Block}, log {e.LogIndex} {why}.");
}
