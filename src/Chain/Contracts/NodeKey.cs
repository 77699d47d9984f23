namespace SwarmCompute.Chain.Contracts;

/// <summary>The key of a provider's node, without which it gets no lease.</summary>
/// <param name="KeyHash">SHA-256 of the key's x‖y.</param>
/// <param name="Measurement">What its evidence showed.</param>
/// <param name="ExpiresAt">Until when it counts, at most 90 days from when it is set; to the second.</param>
public sealed record NodeKey(Hash32 KeyHash, Hash32 Measurement, DateTimeOffset ExpiresAt);
