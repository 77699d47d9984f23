using SwarmCompute.Attestation;

namespace SwarmCompute.Overlay;

/// <summary>Which peers must show evidence in their certificates, beside being certified, and what.</summary>
/// <param name="Peers">Judges them, and watches those that are linked.</param>
/// <param name="TermsOf">What a peer's evidence must be about; null for a peer that need not show any.</param>
public sealed record OverlayAttestation(AttestedPeers Peers, Func<SwarmIdentity, PeerTerms?> TermsOf);
