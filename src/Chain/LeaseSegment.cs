namespace SwarmCompute.Chain;

/// <summary>A lease that was replaced, and what it was paid.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="Epoch">The lease's epoch.</param>
/// <param name="Provider">Who was paid.</param>
/// <param name="Amount">How much.</param>
public sealed record LeaseSegment(int Slot, LeaseEpoch Epoch, Address Provider, Wei Amount);
