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
    /// <summary>The price of one unit: of the order (Placed), of an asset (AssetUsed).</summary>
    [Id(10)] public Wei? UnitPrice { get; init; }
    /// <summary>How many slots the order has (Placed).</summary>
    [Id(11)] public int? Slots { get; init; }
    /// <summary>SHA-256 of the authority's key (Placed).</summary>
    [Id(12)] public Hash32? AuthorityKeyHash { get; init; }
    /// <summary>When the order may be expired (Placed, Closing).</summary>
    [Id(13)] public DateTimeOffset? EndsAt { get; init; }
    /// <summary>The slot (LeaseAssigned, LeasePaid).</summary>
    [Id(14)] public int? Slot { get; init; }
    /// <summary>The lease's epoch (LeaseAssigned, LeasePaid, UsageCheckpoint, ReportSubmitted).</summary>
    [Id(15)] public LeaseEpoch? Epoch { get; init; }
    /// <summary>Who is paid for the slot (LeaseAssigned, LeasePaid).</summary>
    [Id(16)] public Address? Provider { get; init; }
    /// <summary>SHA-256 of the lease's key (LeaseAssigned).</summary>
    [Id(17)] public Hash32? KeyHash { get; init; }
    /// <summary>The integrity report's hash (ReportSubmitted).</summary>
    [Id(18)] public Hash32? ReportHash { get; init; }
    /// <summary>Units since the head's lease began (UsageCheckpoint, ReportSubmitted).</summary>
    [Id(19)] public UInt128? Units { get; init; }
    /// <summary>Paid in all (Settled, Expired).</summary>
    [Id(20)] public Wei? Paid { get; init; }
    /// <summary>Given back to the customer (Settled, Cancelled, Expired).</summary>
    [Id(21)] public Wei? Refunded { get; init; }
    /// <summary>The customer's own id (Placed).</summary>
    [Id(22)] public Hash32? ExternalId { get; init; }
    /// <summary>The token that it is paid in (Placed).</summary>
    [Id(23)] public Address? Token { get; init; }
    /// <summary>How long the report may be disputed (Placed).</summary>
    [Id(24)] public TimeSpan? DisputeWindow { get; init; }
    /// <summary>The most units a second; 0 for no limit (Placed).</summary>
    [Id(25)] public uint? UnitsPerSecondMax { get; init; }
    /// <summary>The contract that is told of the end; the zero address for none (Placed).</summary>
    [Id(26)] public Address? Callback { get; init; }
    /// <summary>What of a unit's price the leases get (Placed).</summary>
    [Id(27)] public Wei? ComputePrice { get; init; }
    /// <summary>The order that it is paid from; null for none (Placed).</summary>
    [Id(28)] public OrderId? Parent { get; init; }
    /// <summary>The policy of measurements when it was placed (Placed).</summary>
    [Id(29)] public uint? PolicyVersion { get; init; }
    /// <summary>The offer (AssetUsed, LeaseAssigned).</summary>
    [Id(30)] public OfferId? Offer { get; init; }
    /// <summary>The offer's version (AssetUsed).</summary>
    [Id(31)] public uint? Version { get; init; }
    /// <summary>The asset's owner (AssetUsed), or who added to the deposit (DepositAdded).</summary>
    [Id(32)] public Address? Account { get; init; }
    /// <summary>The amount (DepositAdded, LeasePaid), or what a sub-order took or gave back (SubOrderPlaced, SubOrderEnded).</summary>
    [Id(33)] public Wei? Amount { get; init; }
    /// <summary>What was measured (LeaseAssigned).</summary>
    [Id(34)] public Hash32? Measurement { get; init; }
    /// <summary>The order's units when the lease began (LeaseAssigned).</summary>
    [Id(35)] public UInt128? FromUnits { get; init; }
    /// <summary>The order's units in all (UsageCheckpoint, ReportSubmitted).</summary>
    [Id(36)] public UInt128? Total { get; init; }
    /// <summary>The sub-order (SubOrderPlaced, SubOrderEnded).</summary>
    [Id(37)] public OrderId? SubOrder { get; init; }
}
