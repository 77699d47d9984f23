namespace SwarmCompute.Grains.Interfaces;

/// <summary>The swarm's list of nodes. One, keyed 0.</summary>
[Alias("swarm.INodeRegistryGrain")]
public interface INodeRegistryGrain : IGrainWithIntegerKey
{
    /// <summary>A node grain tells how its node stands. Durable where the node is new or its standing changed; a mere heartbeat is not.</summary>
    [Alias("Note"), ResponseTimeout("00:00:03")]
    Task Note(NodeSnapshot node, CancellationToken cancel);

    /// <summary>Every node that ever joined, by id.</summary>
    [Alias("List"), ResponseTimeout("00:00:03")]
    Task<ImmutableArray<NodeSnapshot>> List(CancellationToken cancel);
}
