using System.Net;

namespace SwarmCompute.Overlay.WireGuard;

/// <summary>One peer of a device.</summary>
/// <param name="PublicKey">Its key.</param>
/// <param name="Endpoint">Where it takes UDP.</param>
/// <param name="Address">The one overlay address (a /32) that packets of this key may come from and go to.</param>
public sealed record WireGuardPeer(WireGuardPublicKey PublicKey, IPEndPoint Endpoint, IPAddress Address);
