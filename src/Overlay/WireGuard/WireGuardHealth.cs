using System.Collections.Immutable;

namespace SwarmCompute.Overlay.WireGuard;

/// <summary>Tells from what a device counts who is lost: whoever gave no sign of life for <see cref="WireGuardLimits.LostAfter"/>.</summary>
/// <remarks>
/// A sign of life is a newer handshake, or more bytes, which the device counts only where they are authentic; each end sends at least
/// every <see cref="WireGuardLimits.KeepAlive"/>. Handshakes alone come no oftener than every two minutes.
/// </remarks>
public sealed record WireGuardHealth
{
    /// <summary>Nobody is known.</summary>
    public static WireGuardHealth Empty { get; } = new();

    /// <summary>What is known of each key.</summary>
    private ImmutableDictionary<WireGuardPublicKey, Sign> Signs { get; init; } = ImmutableDictionary<WireGuardPublicKey, Sign>.Empty;

    private WireGuardHealth() { }

    /// <summary>Takes in one reading; returns what is known now, and what became of whom.</summary>
    /// <param name="members">Who is on the overlay.</param>
    /// <param name="readings">What the device counts.</param>
    /// <param name="at">When, on a clock that only goes forward, from any beginning.</param>
    public (WireGuardHealth Next, ImmutableArray<WireGuardEvent> Events) Look(
        IEnumerable<WireGuardMember> members, IEnumerable<WireGuardPeerStatus> readings, TimeSpan at)
    {
        var read = readings.ToDictionary(r => r.PublicKey);
        var signs = ImmutableDictionary.CreateBuilder<WireGuardPublicKey, Sign>();
        var events = ImmutableArray.CreateBuilder<WireGuardEvent>();
        foreach (var member in members)
        {
            var key = member.Announcement.PublicKey;
            var known = Signs.GetValueOrDefault(key) ?? new Sign(0, null, at, false);
            var sign = known.Next(read.GetValueOrDefault(key), at);
            signs[key] = sign;
            if (sign.IsLost && !known.IsLost) events.Add(new WireGuardEvent.Lost(member.Identity, at - sign.HeardAt, sign.Handshake));
            if (known.IsLost && !sign.IsLost) events.Add(new WireGuardEvent.Back(member.Identity));
        }
        return (this with { Signs = signs.ToImmutable() }, events.ToImmutable());
    }

    private sealed record Sign(ulong Bytes, DateTimeOffset? Handshake, TimeSpan HeardAt, bool IsLost)
    {
        // Counts begin again when wireguard-go does: fewer bytes than before are no sign of life, and not held against the peer.
        public Sign Next(WireGuardPeerStatus? reading, TimeSpan at)
        {
            var (bytes, handshake) = (reading?.ReceivedBytes ?? 0, reading?.LatestHandshake);
            var heard = bytes > Bytes || (handshake is { } now && (Handshake is not { } before || now > before)) ? at : HeardAt;
            return new Sign(bytes, handshake ?? Handshake, heard, at - heard >= WireGuardLimits.LostAfter);
        }
    }
}
