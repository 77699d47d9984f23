namespace SwarmCompute.Overlay.WireGuard;

/// <summary>How a peer is, as the device counts.</summary>
/// <param name="PublicKey">The peer's key.</param>
/// <param name="LatestHandshake">When keys were last agreed on with it, by the device's clock; null: never.</param>
/// <param name="ReceivedBytes">Authentic bytes that came from it since the device was made.</param>
/// <param name="SentBytes">Bytes that went to it since the device was made.</param>
public sealed record WireGuardPeerStatus(WireGuardPublicKey PublicKey, DateTimeOffset? LatestHandshake, ulong ReceivedBytes, ulong SentBytes);
