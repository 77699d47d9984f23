namespace SwarmCompute.Grains.Interfaces;

/// <summary>The current lease of one slot as shown to people.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="Epoch">The lease's epoch.</param>
/// <param name="Node">Where it runs.</param>
/// <param name="Status">How far it is.</param>
/// <param name="ProcessId">The guest's process on its node, where known.</param>
[GenerateSerializer, Immutable, Alias("swarm.SlotSnapshot")]
public sealed record SlotSnapshot(
    [property: Id(0)] int Slot, [property: Id(1)] LeaseEpoch Epoch, [property: Id(2)] NodeId Node, [property: Id(3)] LeaseStatus Status, [property: Id(4)] int? ProcessId);
