namespace SwarmCompute.Grains.Interfaces;

/// <summary>One lease as a node holds it.</summary>
/// <param name="Lease">The slot.</param>
/// <param name="Epoch">The epoch.</param>
[GenerateSerializer, Immutable, Alias("swarm.LeaseHold")]
public readonly record struct LeaseHold([property: Id(0)] LeaseId Lease, [property: Id(1)] LeaseEpoch Epoch);
