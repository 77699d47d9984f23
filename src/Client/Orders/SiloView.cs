namespace SwarmCompute.Client.Orders;

/// <summary>A silo of the cluster.</summary>
/// <param name="Node">Its node's name, where known.</param>
/// <param name="Address">Its address in the cluster.</param>
/// <param name="Status">Active, Dead and what is in between, as membership says.</param>
public sealed record SiloView(string? Node, string Address, string Status);
