using System.Collections.Immutable;
using System.Net;

namespace SwarmCompute.Overlay.WireGuard;

/// <summary>All that a device is told, but its private key.</summary>
/// <param name="Address">Its own overlay address; the order's block, of <see cref="OverlayAddress.PrefixLength"/> bits, is routed to it.</param>
/// <param name="ListenPort">The UDP port, 1 to 65535.</param>
/// <param name="Mtu">The longest packet on the overlay, in bytes.</param>
/// <param name="Peers">The peers, at most <see cref="WireGuardLimits.PeersMax"/>, by slot; whoever is not among them is removed.</param>
public sealed record WireGuardConfiguration(IPAddress Address, int ListenPort, int Mtu, ImmutableArray<WireGuardPeer> Peers);
