namespace SwarmCompute.Grains.Scheduling;

/// <summary>Why a node takes no (more) slots.</summary>
/// <param name="Node">The node.</param>
/// <param name="Reason">A few words.</param>
public sealed record WhyNot(NodeId Node, string Reason);
