using SwarmCompute.Grains.Webhooks;

namespace SwarmCompute.Grains.Orders;

/// <summary>What is remembered of one order. Which lease is current is the leases' own knowledge.</summary>
[GenerateSerializer, Immutable, Alias("swarm.state.OrderState")]
internal sealed record OrderState
{
    [Id(0)] public ImmutableArray<OrderEventRecord> Events { get; init; } = [];
    [Id(1)] public PipelineMap? Map { get; init; }
    /// <summary>The lost leases, of those that are remembered, whose nodes were told to stop them. (2 was the same by slot, up to an epoch.)</summary>
    [Id(7)] public ImmutableArray<LeaseHold> Fenced { get; init; } = [];
    /// <summary>The order is over on the chain and holds nothing any more.</summary>
    [Id(3)] public bool IsOver { get; init; }
    [Id(4)] public OrderSnapshot? Snapshot { get; init; }
    /// <summary>Events in blocks that are not final.</summary>
    [Id(5)] public ImmutableArray<OrderEventRecord> Tail { get; init; } = [];
    /// <summary>Why nothing is done for the order before its events were read again.</summary>
    [Id(6)] public string? Stopped { get; init; }
    [Id(10)] public WebhookState Webhook { get; init; } = new();
}
