namespace SwarmCompute.Chain.Crypto;

/// <summary>A secp256k1 signature with low s, and which of the two points R it came from.</summary>
/// <param name="R">The r component.</param>
/// <param name="S">The s component, at most half the group order.</param>
/// <param name="YParity">The parity of R's y coordinate, 0 or 1.</param>
internal readonly record struct RecoverableSignature(Hash32 R, Hash32 S, byte YParity);
