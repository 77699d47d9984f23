using SwarmCompute.Attestation;

namespace SwarmCompute.Overlay.WireGuard;

/// <summary>A guest and the device that it announced.</summary>
/// <param name="Identity">Whom the certificate of the announcing link names.</param>
/// <param name="Announcement">What it announced there.</param>
public sealed record WireGuardMember(SwarmIdentity.Guest Identity, WireGuardAnnouncement Announcement);
