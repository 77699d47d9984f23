using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>What was had for one piece of evidence.</summary>
/// <param name="Collateral">It; what is missing, the verifier says.</param>
/// <param name="Problems">What could not be had, or is stale, and why; one line each.</param>
/// <param name="Items">The items that it was made of, each once: a bundle for whoever judges the same evidence.</param>
public sealed record CollectedCollateral(EvidenceCollateral Collateral, ImmutableArray<CollateralProblem> Problems, ImmutableArray<CollateralItem> Items);
