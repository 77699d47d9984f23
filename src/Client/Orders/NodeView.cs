namespace SwarmCompute.Client.Orders;

/// <summary>A node on offer.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Status">Joining, Ready, Cordoned, Draining, Left or Lost.</param>
/// <param name="Slots">How many leases it can hold.</param>
/// <param name="Free">How many more it can hold now.</param>
public sealed record NodeView(string Id, string Status, int Slots, int Free);
