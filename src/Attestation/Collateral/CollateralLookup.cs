namespace SwarmCompute.Attestation;

/// <summary>What the cache has for a request.</summary>
/// <param name="Entry">The item; null where it could not be had.</param>
/// <param name="Problem">Why it could not be had, or that it is stale and why; null where all is well.</param>
internal readonly record struct CollateralLookup(CollateralEntry? Entry, CollateralProblem? Problem);
