using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>What was had for one piece of evidence.</summary>
/// <param name="Collateral">It; what is missing, the verifier says.</param>
/// <param name="Problems">What could not be had, or is stale, and why; one line each.</param>
public sealed record CollectedCollateral(EvidenceCollateral Collateral, ImmutableArray<CollateralProblem> Problems);
