namespace SwarmCompute.Grains.Interfaces;

/// <summary>A neighbour that a guest has lost.</summary>
/// <param name="Slot">The neighbour's slot.</param>
/// <param name="Epoch">The neighbour's epoch.</param>
/// <param name="Reason">One line.</param>
[GenerateSerializer, Immutable, Alias("swarm.LostPeer")]
public sealed record LostPeer([property: Id(0)] int Slot, [property: Id(1)] LeaseEpoch Epoch, [property: Id(2)] string Reason);
