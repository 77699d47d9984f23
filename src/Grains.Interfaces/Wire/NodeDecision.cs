namespace SwarmCompute.Grains.Interfaces;

/// <summary>What a node made of a call.</summary>
[GenerateSerializer, Immutable, Alias("swarm.NodeDecision")]
public abstract record NodeDecision
{
    private NodeDecision() { }

    /// <summary>The change is durable.</summary>
    /// <param name="Status">The node's status now.</param>
    [GenerateSerializer, Immutable, Alias("swarm.NodeDecision.Done")]
    public sealed record Done([property: Id(0)] NodeStatus Status) : NodeDecision;

    /// <summary>It was so already.</summary>
    [GenerateSerializer, Immutable, Alias("swarm.NodeDecision.Unchanged")]
    public sealed record Unchanged : NodeDecision;

    /// <summary>The node will not; nothing changed. Plan again.</summary>
    /// <param name="Reason">One line.</param>
    [GenerateSerializer, Immutable, Alias("swarm.NodeDecision.Refused")]
    public sealed record Refused([property: Id(0)] string Reason) : NodeDecision;

    /// <summary>The node's table of transitions does not have this one; nothing changed.</summary>
    /// <param name="From">The status.</param>
    /// <param name="To">What was asked for.</param>
    [GenerateSerializer, Immutable, Alias("swarm.NodeDecision.Illegal")]
    public sealed record Illegal([property: Id(0)] NodeStatus From, [property: Id(1)] NodeStatus To) : NodeDecision;
}
