namespace SwarmCompute.Grains.Interfaces;

/// <summary>All that the swarm shows of one order: the answer of GET /v1/orders/{id}.</summary>
[GenerateSerializer, Immutable, Alias("swarm.OrderSnapshot")]
public sealed record OrderSnapshot
{
    /// <summary>The order.</summary>
    [Id(0)] public required OrderId Order { get; init; }
    /// <summary>The swarm's view.</summary>
    [Id(1)] public required OrderPhase Phase { get; init; }
    /// <summary>The contract's view, finalized.</summary>
    [Id(2)] public required OrderChainStatus ChainStatus { get; init; }
    /// <summary>One line why the order does not advance; null where nothing is missing.</summary>
    [Id(3)] public string? Why { get; init; }
    /// <summary>The manifest's hash.</summary>
    [Id(4)] public required Hash32 ManifestHash { get; init; }
    /// <summary>The generation of the pipeline map; 0 before the first.</summary>
    [Id(5)] public long Generation { get; init; }
    /// <summary>Where requests go; null while no head is attested.</summary>
    [Id(6)] public HeadSnapshot? Head { get; init; }
    /// <summary>The current lease of each slot that has one, by slot.</summary>
    [Id(7)] public ImmutableArray<SlotSnapshot> Leases { get; init; } = [];
    /// <summary>The latest lost leases, oldest first; bounded.</summary>
    [Id(8)] public ImmutableArray<LostLease> Lost { get; init; } = [];
    /// <summary>The order's transactions, in chain order.</summary>
    [Id(9)] public ImmutableArray<Hash32> Transactions { get; init; } = [];
    /// <summary>The integrity report's hash, once the head gave one.</summary>
    [Id(10)] public Hash32? ReportHash { get; init; }
    /// <summary>Completion tokens served so far, as last heard; the report's units once there is one.</summary>
    [Id(11)] public long Usage { get; init; }
    /// <summary>When the order may be expired.</summary>
    [Id(12)] public DateTimeOffset EndsAt { get; init; }
    /// <summary>The contract's view as of the newest block, which may be undone; nothing acts on it.</summary>
    [Id(13)] public OrderChainStatus LatestStatus { get; init; }
    /// <summary>The standbys that are prepared, by slot.</summary>
    [Id(14)] public ImmutableArray<StandbySnapshot> Standbys { get; init; } = [];
}
