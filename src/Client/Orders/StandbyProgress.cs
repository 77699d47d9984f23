namespace SwarmCompute.Client.Orders;

/// <summary>The standby of a slot: a lease that takes over when the current one is lost or its node drains.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="Epoch">The fencing number that its lease will have.</param>
/// <param name="Node">The node that holds it.</param>
/// <param name="Status">Reserved, Launching, Attesting or Attested.</param>
/// <param name="Lag">Finished frames that it was not sent yet; null while the holder of the slot has no link to it.</param>
public sealed record StandbyProgress(int Slot, LeaseEpoch Epoch, string Node, string Status, int? Lag);
