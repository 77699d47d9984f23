namespace SwarmCompute.Grains.Interfaces;

/// <summary>A lease that was lost.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="Epoch">The lost lease's epoch.</param>
/// <param name="Node">Where it ran.</param>
/// <param name="Reason">One line.</param>
/// <param name="At">When the loss was noted.</param>
/// <param name="HadRun">Whether its stage had been ready before.</param>
[GenerateSerializer, Immutable, Alias("swarm.LostLease")]
public sealed record LostLease(
    [property: Id(0)] int Slot, [property: Id(1)] LeaseEpoch Epoch, [property: Id(2)] NodeId Node, [property: Id(3)] string Reason,
    [property: Id(4)] DateTimeOffset At, [property: Id(5)] bool HadRun);
