namespace SwarmCompute.Client.Orders;

/// <summary>The current lease of a slot.</summary>
/// <param name="Slot">The slot; 0 is the head.</param>
/// <param name="Epoch">The lease's fencing number.</param>
/// <param name="Node">The node that holds it.</param>
/// <param name="Status">Reserved, Launching, Attesting, Attested, Running, Draining, Released or Lost.</param>
/// <param name="Pid">The guest's process on that node, where the node tells; only development nodes do.</param>
public sealed record LeaseProgress(int Slot, LeaseEpoch Epoch, string Node, string Status, int? Pid);
