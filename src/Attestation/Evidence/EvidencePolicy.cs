using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>What evidence must show to be accepted. What is not named here is refused.</summary>
/// <param name="ReportData">What the evidence must be bound to (<see cref="ReportData"/>).</param>
/// <param name="Tee">The TEE types that the manifest allows.</param>
/// <param name="ChainId">The chain of the order.</param>
/// <param name="DevelopmentChainId">The one chain on which <c>development</c> evidence may be accepted; null: on none.</param>
public sealed record EvidencePolicy(Hash32 ReportData, ImmutableArray<string> Tee, ulong ChainId, ulong? DevelopmentChainId);
