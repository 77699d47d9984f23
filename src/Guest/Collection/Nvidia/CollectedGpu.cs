using SwarmCompute.Attestation;

namespace SwarmCompute.Guest.Collection.Nvidia;

/// <summary>What one GPU said. Nothing of it has been judged.</summary>
/// <param name="Uuid">What the driver calls the GPU.</param>
/// <param name="Evidence">Its report and certificates.</param>
internal sealed record CollectedGpu(string Uuid, DeviceEvidence Evidence);
