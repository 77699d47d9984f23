namespace SwarmCompute.Grains.Interfaces;

/// <summary>The standby of one slot as shown to people: a prepared successor of its current lease.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="Epoch">The epoch of the lease that it is prepared for.</param>
/// <param name="Node">Where it runs.</param>
/// <param name="Status">How far it is, Reserved to Attested.</param>
/// <param name="Lag">Finished frames that it was not sent yet, as last heard; null while its holder has no link to it.</param>
[GenerateSerializer, Immutable, Alias("swarm.StandbySnapshot")]
public sealed record StandbySnapshot(
    [property: Id(0)] int Slot, [property: Id(1)] LeaseEpoch Epoch, [property: Id(2)] NodeId Node, [property: Id(3)] LeaseStatus Status, [property: Id(4)] int? Lag);
