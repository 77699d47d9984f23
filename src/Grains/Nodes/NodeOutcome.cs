namespace SwarmCompute.Grains.Nodes;

/// <summary>What a rule decided, and the state that must become durable for it; null where nothing changes.</summary>
internal readonly record struct NodeOutcome(NodeDecision Decision, NodeState? Next)
{
    public static NodeOutcome Unchanged { get; } = new(new NodeDecision.Unchanged(), null);

    public static NodeOutcome Refused(string reason) => new(new NodeDecision.Refused(reason), null);

    public static NodeOutcome Done(NodeState next) => new(new NodeDecision.Done(next.Status ?? NodeStatus.Lost), next);
}
