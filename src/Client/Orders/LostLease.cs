namespace SwarmCompute.Client.Orders;

/// <summary>A lease that was lost; a successor with a higher epoch took its slot.</summary>
/// <param name="Slot">The slot; 0 is the head.</param>
/// <param name="Epoch">The lost lease's fencing number.</param>
/// <param name="Node">The node that held it.</param>
/// <param name="Reason">One line.</param>
public sealed record LostLease(int Slot, LeaseEpoch Epoch, string Node, string Reason);
