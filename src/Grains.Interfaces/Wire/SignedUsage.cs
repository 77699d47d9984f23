namespace SwarmCompute.Grains.Interfaces;

/// <summary>A head's signed word on what it served, as the contract takes it.</summary>
/// <param name="Epoch">The epoch of its lease.</param>
/// <param name="Units">Completion tokens since that lease began: a sum, never an increment.</param>
/// <param name="KeyX">X of its key.</param>
/// <param name="KeyY">Y of its key.</param>
/// <param name="Signature">Its signature over the checkpoint statement: r then s, 64 bytes, low s.</param>
[GenerateSerializer, Immutable, Alias("swarm.SignedUsage")]
public sealed record SignedUsage(
    [property: Id(0)] LeaseEpoch Epoch, [property: Id(1)] long Units, [property: Id(2)] Hash32 KeyX, [property: Id(3)] Hash32 KeyY, [property: Id(4)] byte[] Signature);
