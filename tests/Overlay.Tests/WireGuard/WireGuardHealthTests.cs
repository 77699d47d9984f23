using SwarmCompute.Overlay.WireGuard;

namespace SwarmCompute.Overlay.Tests.WireGuard;

public sealed class WireGuardHealthTests
{
    private static readonly WireGuardMember Peer = Members.Of(Parties.Guest(1));

    [Fact]
    public void A_peer_that_never_answers_is_lost_once()
    {
        Assert.Equal(["80 lost"], Events((0, null), (79, null), (80, null), (200, null)));
    }

    [Fact]
    public void A_peer_whose_bytes_grow_is_never_lost()
    {
        Assert.Empty(Events((0, 100), (70, 132), (140, 164), (210, 196)));
    }

    [Fact]
    public void A_peer_that_falls_silent_is_lost_and_back_when_it_is_heard()
    {
        Assert.Equal(["150 lost", "200 back"], Events((0, 100), (60, 132), (130, 132), (150, 132), (180, 132), (200, 164)));
    }

    [Fact]
    public void Counts_that_begin_again_are_no_sign_of_life_by_themselves()
    {
        Assert.Equal(["80 lost", "90 back"], Events((0, 1000), (50, 0), (80, 0), (90, 92)));
    }

    [Fact]
    public void A_newer_handshake_is_a_sign_of_life()
    {
        var health = WireGuardHealth.Empty;
        foreach (var at in new[] { 0, 70, 140 })
        {
            (health, var events) = health.Look([Peer], [Status(5) with { LatestHandshake = DateTimeOffset.UnixEpoch.AddSeconds(1000 + at) }], TimeSpan.FromSeconds(at));
            Assert.Empty(events);
        }
    }

    [Fact]
    public void A_successor_begins_anew()
    {
        var (health, _) = WireGuardHealth.Empty.Look([Peer], [], TimeSpan.Zero);
        var (_, events) = health.Look([Members.Of(Parties.Guest(1, epoch: 2))], [], TimeSpan.FromSeconds(100));
        Assert.Empty(events);
    }

    private static List<string> Events(params (int At, int? Bytes)[] readings)
    {
        var (health, seen) = (WireGuardHealth.Empty, new List<string>());
        foreach (var (at, bytes) in readings)
        {
            (health, var events) = health.Look([Peer], bytes is { } count ? [Status((ulong)count)] : [], TimeSpan.FromSeconds(at));
            seen.AddRange(events.Select(e => $"{at} {(e is WireGuardEvent.Lost ? "lost" : "back")}"));
        }
        return seen;
    }

    private static WireGuardPeerStatus Status(ulong bytes) => new(Peer.Announcement.PublicKey, null, bytes, 0);
}
