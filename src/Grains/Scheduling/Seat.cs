namespace SwarmCompute.Grains.Scheduling;

/// <summary>A slot on a node, as proposed.</summary>
/// <param name="Slot">The order's slot.</param>
/// <param name="Node">The node.</param>
public sealed record Seat(int Slot, NodeSnapshot Node);
