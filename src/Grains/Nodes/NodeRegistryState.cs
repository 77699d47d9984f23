namespace SwarmCompute.Grains.Nodes;

/// <summary>Every node that ever joined, by id. Free slots and silence in here are as old as the last durable change.</summary>
[GenerateSerializer, Immutable, Alias("swarm.state.NodeRegistryState")]
internal sealed record NodeRegistryState
{
    [Id(0)] public ImmutableArray<NodeSnapshot> Nodes { get; init; } = [];
}
