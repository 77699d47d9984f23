using System.Collections.Immutable;

namespace SwarmCompute.Chain;

/// <summary>One order as the chain knows it: the fold of its events, or what the contract answers.</summary>
public sealed record OrderView
{
    /// <summary>The state.</summary>
    public required OrderStatus Status { get; init; }

    /// <summary>Who placed the order and gets refunds.</summary>
    public required Address Customer { get; init; }

    /// <summary>The customer's own id of the order; all zeros for none.</summary>
    public Hash32 ExternalId { get; init; }

    /// <summary>The hash of the canonical manifest.</summary>
    public required Hash32 ManifestHash { get; init; }

    /// <summary>The token that it is paid in.</summary>
    public required Address Token { get; init; }

    /// <summary>What was locked when the order was placed, and added since.</summary>
    public required Wei Deposit { get; init; }

    /// <summary>The price of one unit of work in all.</summary>
    public required Wei UnitPrice { get; init; }

    /// <summary>What of it goes to the leases: equal shares, and the remainder to slot 0's.</summary>
    public required Wei ComputePrice { get; init; }

    /// <summary>What is in sub-orders now, or was consumed by them. Paid + Refunded + Drawn = Deposit in every terminal state.</summary>
    public Wei Drawn { get; init; }

    /// <summary>Credited so far to providers, and at the end to the assets' owners.</summary>
    public Wei Paid { get; init; }

    /// <summary>Credited back to the customer, or for a sub-order to its parent; zero until the order ends.</summary>
    public Wei Refunded { get; init; }

    /// <summary>How many leases the order needs, 1 to 16.</summary>
    public required int Slots { get; init; }

    /// <summary>SHA-256 of x‖y of the authority's P-256 key, which must sign every lease.</summary>
    public required Hash32 AuthorityKeyHash { get; init; }

    /// <summary>From when anyone may expire the order; the last instant of <see cref="DateTimeOffset"/> stands for any later one.</summary>
    public required DateTimeOffset EndsAt { get; init; }

    /// <summary>How long after the report the customer may dispute it.</summary>
    public TimeSpan DisputeWindow { get; init; }

    /// <summary>Units count up to this times the seconds since the order first ran; 0 for no limit.</summary>
    public uint UnitsPerSecondMax { get; init; }

    /// <summary>The contract that is told when the order is over; the zero address for none.</summary>
    public Address Callback { get; init; }

    /// <summary>The order that this one is paid from; null for one of its own.</summary>
    public OrderId? Parent { get; init; }

    /// <summary>The MeasurementRegistry's policy version when it was placed.</summary>
    public uint PolicyVersion { get; init; }

    /// <summary>How many sub-orders are not over, up to 16.</summary>
    public int OpenSubOrders { get; init; }

    /// <summary>The integrity report's hash; null before the report.</summary>
    public Hash32? ReportHash { get; init; }

    /// <summary>The units counted, by checkpoints and the report.</summary>
    public UInt128 Units { get; init; }

    /// <summary>The number of events, which is the sequence of the last one.</summary>
    public required uint Events { get; init; }

    /// <summary>The current leases by slot; a slot that never had one is absent.</summary>
    public ImmutableArray<LeaseOnChain> Leases { get; init; } = [];

    /// <summary>The assets that it uses, in the customer's order.</summary>
    public ImmutableArray<AssetOnChain> Assets { get; init; } = [];

    /// <summary>When every slot first had a lease; null before, and where the view is a fold: events do not tell.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When the report was recorded; null before, and where the view is a fold: events do not tell.</summary>
    public DateTimeOffset? ReportedAt { get; init; }

    /// <summary>The leases that were replaced, in order; empty where the contract was asked directly.</summary>
    public ImmutableArray<LeaseSegment> Segments { get; init; } = [];

    /// <summary>The sub-orders, in order; empty where the contract was asked directly.</summary>
    public ImmutableArray<SubOrderOnChain> SubOrders { get; init; } = [];

    /// <summary>The transactions of the events folded, in order, each once; empty where the contract was asked directly.</summary>
    public ImmutableArray<Hash32> Transactions { get; init; } = [];

    /// <summary>Whether the order is over for good.</summary>
    public bool IsOver => Status is OrderStatus.Completed or OrderStatus.Cancelled or OrderStatus.Expired;

    /// <summary>Derives the order from its events: any order of delivery and any repeats give the same view; null for no event.</summary>
    /// <exception cref="ChainException">Events are missing, contradict each other, or cannot follow each other (<see cref="ChainErrorKind.Inconsistent"/>).</exception>
    public static OrderView? Fold(IEnumerable<OrderEvent> events) => OrderFold.Fold(events);

    /// <summary>Derives the order from what it was, and the events since, each once and in order; as if all had been folded.</summary>
    /// <param name="view">What the events before gave; null where there were none.</param>
    /// <param name="last">The last of those.</param>
    /// <param name="next">The events since.</param>
    /// <exception cref="ChainException">As for <see cref="Fold(IEnumerable{OrderEvent})"/>.</exception>
    public static OrderView? Fold(OrderView? view, OrderEvent? last, IEnumerable<OrderEvent> next) => OrderFold.Fold(view, last, next);

    /// <summary>The units that the current head's lease has been counted for; zero where slot 0 has none.</summary>
    public UInt128 UnitsOfHead => Leases.FirstOrDefault(l => l.Slot == 0) is { } head ? Units - head.FromUnits : UInt128.Zero;

    /// <summary>What a unit pays to the lease of a slot.</summary>
    /// <param name="slot">The slot, from 0.</param>
    public Wei SlotPrice(int slot)
    {
        var share = ComputePrice.Value / (uint)Slots;
        return new Wei(slot == 0 ? ComputePrice.Value - share * (uint)(Slots - 1) : share);
    }

    /// <summary>What a lease has earned since it began.</summary>
    internal Wei Earned(LeaseOnChain lease) => new(checked(SlotPrice(lease.Slot).Value * (Units - lease.FromUnits)));

    /// <summary>What the order has paid once it pays all that its units cost: what it paid so far, every lease's segment and every asset's share.</summary>
    internal Wei Due() => new(checked(Leases.Aggregate(Paid.Value, (sum, l) => sum + Earned(l).Value) + Assets.Aggregate(UInt128.Zero, (sum, a) => sum + a.UnitPrice.Value * Units)));
}
