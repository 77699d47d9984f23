using SwarmCompute.Attestation;

namespace SwarmCompute.Overlay.WireGuard;

/// <summary>Tells a peer of this guest's device and hears of the peer's, over a link whose two certificates say who speaks.</summary>
public static class WireGuardExchange
{
    /// <summary>Sends this guest's announcement and receives the peer's.</summary>
    /// <param name="link">An authenticated link, on which the peer does the same; nothing else is on its way on it.</param>
    /// <param name="own">What this guest says of its device.</param>
    /// <param name="time">The clock for <see cref="WireGuardLimits.ExchangeTime"/>.</param>
    /// <param name="cancel">Ends the exchange, and with it the link.</param>
    /// <exception cref="OverlayException">The link broke, the peer is no guest, was silent, or sent something else.</exception>
    public static async Task<WireGuardMember> With(OverlayConnection link, WireGuardAnnouncement own, TimeProvider time, CancellationToken cancel)
    {
        if (link.Peer is not SwarmIdentity.Guest peer) throw new OverlayException($"{link.Peer} is no guest; it has no place on the WireGuard overlay.");
        using var bound = new CancellationTokenSource(WireGuardLimits.ExchangeTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, bound.Token);
        try
        {
            await link.Send(own.ToBytes(), either.Token);
            using var frame = await link.Receive(either.Token) ?? throw new OverlayException($"{peer} ended the link before it announced its WireGuard device.");
            return WireGuardAnnouncement.TryRead(frame.Memory.Span, out var announcement)
                ? new WireGuardMember(peer, announcement)
                : throw new OverlayException($"{peer} sent something that is not the announcement of a WireGuard device.");
        }
        catch (OperationCanceledException fault) when (!cancel.IsCancellationRequested)
        {
            throw new OverlayException($"{peer} did not announce its WireGuard device within {WireGuardLimits.ExchangeTime.TotalSeconds} s.", fault);
        }
    }
}
