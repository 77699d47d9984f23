namespace SwarmCompute.Grains.ChainFeed;

/// <summary>A block that is followed and not final, with the events that were applied from it.</summary>
[GenerateSerializer, Immutable, Alias("swarm.state.HotBlockRecord")]
internal sealed record HotBlockRecord(
    [property: Id(0)] ulong Number, [property: Id(1)] Hash32 Hash, [property: Id(2)] Hash32 Parent, [property: Id(3)] ImmutableArray<OrderEventRecord> Events);
