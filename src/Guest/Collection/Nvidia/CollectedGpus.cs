using System.Collections.Immutable;
using SwarmCompute.Attestation;

namespace SwarmCompute.Guest.Collection.Nvidia;

/// <summary>What the GPUs of this guest said, and the driver of them.</summary>
/// <param name="State">What the driver says; null where there are no GPUs.</param>
/// <param name="Count">How many GPUs there are.</param>
/// <param name="Gpus">What each said, in the driver's order: of all, or of none where they are not in a confidential mode.</param>
internal sealed record CollectedGpus(NvidiaDeviceState? State, int Count, ImmutableArray<CollectedGpu> Gpus)
{
    /// <summary>There are no GPUs.</summary>
    public static CollectedGpus None { get; } = new(null, 0, []);
}
