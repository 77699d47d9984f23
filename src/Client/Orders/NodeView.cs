namespace SwarmCompute.Client.Orders;

/// <summary>A node on offer.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Status">Joining, Ready, Cordoned, Draining, Left or Lost.</param>
/// <param name="Slots">How many leases it can hold.</param>
/// <param name="Free">How many more it can hold now.</param>
public sealed record NodeView(string Id, string Status, int Slots, int Free)
{
    /// <summary>Memory that it gives to stages, in bytes, 0 or more; null where it did not say. As all figures below, what the node reports of itself.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>What of it no stage has yet, in bytes, 0 or more; null where it is not known.</summary>
    public long? FreeMemoryBytes { get; init; }

    /// <summary>How fast it reads weights, in bytes a second, more than 0; null where it did not say.</summary>
    public double? BytesPerSecond { get; init; }

    /// <summary>How fast it computes, in operations of 32-bit numbers a second, more than 0; null where it did not say.</summary>
    public double? OperationsPerSecond { get; init; }

    /// <summary>Where it is in the network; null where it did not say.</summary>
    public NetworkPosition? Position { get; init; }
}
