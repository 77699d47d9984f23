namespace SwarmCompute.Attestation;

/// <summary>Whether a peer is let in.</summary>
/// <param name="Session">The link's session; null where it is not.</param>
/// <param name="Result">The verdict.</param>
public sealed record PeerAdmission(PeerSession? Session, AttestationResult Result);
