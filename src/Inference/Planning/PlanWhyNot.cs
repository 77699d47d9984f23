namespace SwarmCompute.Inference;

/// <summary>Why a node cannot be what the model needs.</summary>
/// <param name="Node">The node.</param>
/// <param name="Reason">A few words: what is needed, and what it has.</param>
public sealed record PlanWhyNot(NodeId Node, string Reason);
