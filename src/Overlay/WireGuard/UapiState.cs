using System.Collections.Immutable;

namespace SwarmCompute.Overlay.WireGuard;

/// <summary>What a device answered to <c>get=1</c>, without its secrets.</summary>
/// <param name="ListenPort">Its UDP port; 0: none was set.</param>
/// <param name="Peers">Its peers.</param>
internal sealed record UapiState(int ListenPort, ImmutableArray<WireGuardPeerStatus> Peers);
