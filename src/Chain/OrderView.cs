using System.Collections.Immutable;

namespace SwarmCompute.Chain;

/// <summary>One order as the chain knows it: the fold of its events, or what the contract answers.</summary>
public sealed record OrderView
{
    /// <summary>The state.</summary>
    public required OrderStatus Status { get; init; }

    /// <summary>Who placed the order and gets refunds.</summary>
    public required Address Customer { get; init; }

    /// <summary>The hash of the canonical manifest.</summary>
    public required Hash32 ManifestHash { get; init; }

    /// <summary>What was locked when the order was placed.</summary>
    public required Wei Deposit { get; init; }

    /// <summary>The price of one unit of work.</summary>
    public required Wei UnitPrice { get; init; }

    /// <summary>Credited to providers; zero until the order is settled.</summary>
    public Wei Paid { get; init; }

    /// <summary>Credited back to the customer; zero until the order ends.</summary>
    public Wei Refunded { get; init; }

    /// <summary>How many leases the order needs, 1 to 16.</summary>
    public required int Slots { get; init; }

    /// <summary>SHA-256 of x‖y of the authority's P-256 key, which must sign every lease.</summary>
    public required Hash32 AuthorityKeyHash { get; init; }

    /// <summary>From when anyone may expire the order; the last instant of <see cref="DateTimeOffset"/> stands for any later one.</summary>
    public required DateTimeOffset EndsAt { get; init; }

    /// <summary>The integrity report's hash; null before the report.</summary>
    public Hash32? ReportHash { get; init; }

    /// <summary>The units reported; null before the report; 2^64 - 1 stands for that many or more.</summary>
    public ulong? Units { get; init; }

    /// <summary>The current leases by slot; a slot that never had one is absent.</summary>
    public ImmutableArray<LeaseOnChain> Leases { get; init; } = [];

    /// <summary>The transactions of the events folded, in order, each once; empty where the contract was asked directly.</summary>
    public ImmutableArray<Hash32> Transactions { get; init; } = [];

    /// <summary>Derives the order from its events: any order of delivery and any repeats give the same view; null for no event.</summary>
    /// <exception cref="ChainException">Events are missing, contradict each other, or cannot follow each other (<see cref="ChainErrorKind.Inconsistent"/>).</exception>
    public static OrderView? Fold(IEnumerable<OrderEvent> events)
    {
        OrderView? view = null;
        OrderEvent? previous = null;
        foreach (var next in events.Distinct().OrderBy(e => e.Block).ThenBy(e => e.LogIndex))
        {
            CheckFollows(previous, next);
            view = Apply(view, next);
            previous = next;
        }
        return view;
    }

    private static void CheckFollows(OrderEvent? previous, OrderEvent next)
    {
        if (previous is not null && previous.Order != next.Order) throw Impossible(next, $"belongs to another order than {previous.Order}");
        if (previous is not null && (previous.Block, previous.LogIndex) == (next.Block, next.LogIndex)) throw Impossible(next, "was told in two versions");
        var expected = (previous?.Sequence ?? 0) + 1;
        if (next.Sequence != expected) throw Impossible(next, $"has sequence {next.Sequence} where {expected} is due");
    }

    private static OrderView Apply(OrderView? view, OrderEvent next)
    {
        var after = (view, next) switch
        {
            (null, OrderEvent.OrderPlaced e) => Placed(e),
            ({ Status: OrderStatus.Open or OrderStatus.Running or OrderStatus.Closing }, OrderEvent.LeaseAssigned e) => Leased(view, e),
            ({ Status: OrderStatus.Open }, OrderEvent.OrderRunning) when view.Leases.Length == view.Slots => view with { Status = OrderStatus.Running },
            ({ Status: OrderStatus.Running }, OrderEvent.OrderClosing) => view with { Status = OrderStatus.Closing },
            ({ Status: OrderStatus.Running or OrderStatus.Closing, ReportHash: null }, OrderEvent.ReportSubmitted e) => view with { ReportHash = e.ReportHash, Units = e.Units },
            ({ Status: OrderStatus.Running or OrderStatus.Closing, ReportHash: not null }, OrderEvent.OrderSettled e) => Ended(view, e, OrderStatus.Completed, e.Paid, e.Refunded),
            ({ Status: OrderStatus.Open }, OrderEvent.OrderCancelled e) => Ended(view, e, OrderStatus.Cancelled, Wei.Zero, e.Refunded),
            ({ Status: OrderStatus.Open or OrderStatus.Running or OrderStatus.Closing, ReportHash: null }, OrderEvent.OrderExpired e) => Ended(view, e, OrderStatus.Expired, Wei.Zero, e.Refunded),
            _ => throw Impossible(next, $"cannot come in state {view?.Status ?? OrderStatus.None}"),
        };
        return after.Transactions.Contains(next.Transaction) ? after : after with { Transactions = after.Transactions.Add(next.Transaction) };
    }

    private static OrderView Placed(OrderEvent.OrderPlaced e) => new()
    {
        Status = OrderStatus.Open,
        Customer = e.Customer,
        ManifestHash = e.ManifestHash,
        Deposit = e.Deposit,
        UnitPrice = e.UnitPrice,
        Slots = e.Slots,
        AuthorityKeyHash = e.AuthorityKeyHash,
        EndsAt = e.EndsAt,
    };

    private static OrderView Leased(OrderView view, OrderEvent.LeaseAssigned e)
    {
        if (e.Slot < 0 || e.Slot >= view.Slots) throw Impossible(e, $"names slot {e.Slot} of {view.Slots}");
        var held = view.Leases.FirstOrDefault(l => l.Slot == e.Slot);
        if (held is not null && e.Epoch <= held.Epoch) throw Impossible(e, $"has epoch {e.Epoch} after {held.Epoch}");
        var others = view.Leases.Where(l => l.Slot != e.Slot);
        return view with { Leases = [.. others.Append(new LeaseOnChain(e.Slot, e.Epoch, e.Provider, e.KeyHash)).OrderBy(l => l.Slot)] };
    }

    private static OrderView Ended(OrderView view, OrderEvent e, OrderStatus status, Wei paid, Wei refunded)
    {
        if (paid > view.Deposit || view.Deposit - paid != refunded)
            throw Impossible(e, $"pays {paid} and refunds {refunded} of a deposit of {view.Deposit}");
        return view with { Status = status, Paid = paid, Refunded = refunded };
    }

    private static ChainException Impossible(OrderEvent e, string why) =>
        new(ChainErrorKind.Inconsistent, $"{e.GetType().Name} of order {e.Order} in block {e.Block}, log {e.LogIndex} {why}.");
}
