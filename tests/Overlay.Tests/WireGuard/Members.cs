using System.Net;
using SwarmCompute.Attestation;
using SwarmCompute.Overlay.WireGuard;

namespace SwarmCompute.Overlay.Tests.WireGuard;

/// <summary>Guests and devices that need not exist.</summary>
internal static class Members
{
    public static WireGuardMember Of(SwarmIdentity.Guest identity, int key = 0, string? endpoint = null) => new(
        identity,
        new WireGuardAnnouncement(Key(identity, key), IPEndPoint.Parse(endpoint ?? $"192.0.2.{identity.Slot + 1}:51820"), OverlayAddress.Of(identity.Lease)));

    public static WireGuardPublicKey Key(SwarmIdentity.Guest identity, int number = 0) =>
        new(Hash32.Sha256(System.Text.Encoding.UTF8.GetBytes($"{identity} {number}")).ToArray());
}
