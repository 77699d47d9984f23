namespace SwarmCompute.Grains.Interfaces;

/// <summary>All that the chain has told of one order.</summary>
[GenerateSerializer, Immutable, Alias("swarm.OrderChainRecord")]
public sealed record OrderChainRecord
{
    /// <summary>Its final events, in order.</summary>
    [Id(0)] public ImmutableArray<OrderEventRecord> Final { get; init; } = [];

    /// <summary>Its events in blocks that are not final, in order.</summary>
    [Id(1)] public ImmutableArray<OrderEventRecord> Tail { get; init; } = [];

    /// <summary>Why nothing is done for the order; null where nothing is wrong.</summary>
    [Id(2)] public string? Stopped { get; init; }
}
