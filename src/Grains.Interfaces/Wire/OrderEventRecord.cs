namespace SwarmCompute.Grains.Interfaces;

/// <summary>A finalized event of the OrderBook contract in its wire and storage form. Which optional members are set follows from <see cref="Kind"/>.</summary>
[GenerateSerializer, Immutable, Alias("swarm.OrderEventRecord")]
public sealed record OrderEventRecord
{
    /// <summary>What happened.</summary>
    [Id(0)] public required OrderEventKind Kind { get; init; }
    /// <summary>The order.</summary>
    [Id(1)] public required OrderId Order { get; init; }
    /// <summary>The block's number.</summary>
    [Id(2)] public required ulong Block { get; init; }
    /// <summary>The block's hash.</summary>
    [Id(3)] public required Hash32 BlockHash { get; init; }
    /// <summary>The event's index in its block; with <see cref="Block"/> it names the event.</summary>
    [Id(4)] public required uint LogIndex { get; init; }
    /// <summary>The order's own count of its events, from 1.</summary>
    [Id(5)] public required uint Sequence { get; init; }
    /// <summary>The transaction's hash.</summary>
    [Id(6)] public required Hash32 Transaction { get; init; }
    /// <summary>Who placed the order (Placed).</summary>
    [Id(7)] public Address? Customer { get; init; }
    /// <summary>The manifest that the order commits to (Placed).</summary>
    [Id(8)] public Hash32? ManifestHash { get; init; }
    /// <summary>What is locked (Placed).</summary>
    [Id(9)] public Wei? Deposit { get; init; }
    /// <summary>The price of one unit (Placed).</summary>
    [Id(10)] public Wei? UnitPrice { get; init; }
    /// <summary>How many slots the order has (Placed).</summary>
    [Id(11)] public int? Slots { get; init; }
    /// <summary>SHA-256 of the authority's key (Placed).</summary>
    [Id(12)] public Hash32? AuthorityKeyHash { get; init; }
    /// <summary>When the order may be expired (Placed).</summary>
    [Id(13)] public DateTimeOffset? EndsAt { get; init; }
    /// <summary>The slot (LeaseAssigned).</summary>
    [Id(14)] public int? Slot { get; init; }
    /// <summary>The lease's epoch (LeaseAssigned, ReportSubmitted).</summary>
    [Id(15)] public LeaseEpoch? Epoch { get; init; }
    /// <summary>Who is paid for the slot (LeaseAssigned).</summary>
    [Id(16)] public Address? Provider { get; init; }
    /// <summary>SHA-256 of the lease's key (LeaseAssigned).</summary>
    [Id(17)] public Hash32? KeyHash { get; init; }
    /// <summary>The integrity report's hash (ReportSubmitted).</summary>
    [Id(18)] public Hash32? ReportHash { get; init; }
    /// <summary>Units used (ReportSubmitted).</summary>
    [Id(19)] public ulong? Units { get; init; }
    /// <summary>Paid to the providers (Settled).</summary>
    [Id(20)] public Wei? Paid { get; init; }
    /// <summary>Given back to the customer (Settled, Cancelled, Expired).</summary>
    [Id(21)] public Wei? Refunded { get; init; }
}
