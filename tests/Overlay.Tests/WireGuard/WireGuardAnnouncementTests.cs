using System.Net;
using CsCheck;
using SwarmCompute.Attestation;
using SwarmCompute.Overlay.WireGuard;

namespace SwarmCompute.Overlay.Tests.WireGuard;

public sealed class WireGuardAnnouncementTests : IDisposable
{
    private static readonly WireGuardMember First = Members.Of(Parties.Guest(1)), Second = Members.Of(Parties.Guest(2, epoch: 4), endpoint: "[2001:db8::2]:7");

    private readonly CertificateAuthority _authority = CertificateAuthority.Create(TimeProvider.System);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task Guests_hear_of_each_others_devices_as_of_those_whom_the_certificates_name()
    {
        await using var link = await Link.Make(_authority, First.Identity, Second.Identity);
        var heard = await Task.WhenAll(
            WireGuardExchange.With(link.Accepted, First.Announcement, TimeProvider.System, Cancel),
            WireGuardExchange.With(link.Dialed, Second.Announcement, TimeProvider.System, Cancel));
        Assert.Equal([Second, First], heard);
    }

    [Fact]
    public async Task A_silo_has_no_place_on_the_overlay()
    {
        await using var link = await Link.Make(_authority, First.Identity, Parties.Silo());
        var fault = await Assert.ThrowsAsync<OverlayException>(() => WireGuardExchange.With(link.Accepted, First.Announcement, TimeProvider.System, Cancel));
        Assert.Contains("no guest", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_announcement_is_refused()
    {
        await using var link = await Link.Make(_authority, First.Identity, Second.Identity);
        await link.Dialed.Send(new byte[46], Cancel);
        var fault = await Assert.ThrowsAsync<OverlayException>(() => WireGuardExchange.With(link.Accepted, First.Announcement, TimeProvider.System, Cancel));
        Assert.Contains("not the announcement", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_peer_that_leaves_without_announcing_is_named()
    {
        await using var link = await Link.Make(_authority, First.Identity, Second.Identity);
        var exchange = WireGuardExchange.With(link.Accepted, First.Announcement, TimeProvider.System, Cancel);
        await link.Dialed.DisposeAsync();
        Assert.Contains(Second.Identity.ToString(), (await Assert.ThrowsAsync<OverlayException>(() => exchange)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_announcement_survives_the_wire_and_no_other_bytes_are_one()
    {
        foreach (var announcement in new[] { First.Announcement, Second.Announcement })
        {
            var bytes = announcement.ToBytes();
            Assert.True(WireGuardAnnouncement.TryRead(bytes, out var read));
            Assert.Equal(announcement, read);
            for (var length = 0; length < bytes.Length; length++) Assert.False(WireGuardAnnouncement.TryRead(bytes.AsSpan(0, length), out _));
            Assert.False(WireGuardAnnouncement.TryRead([.. bytes, 0], out _));
        }
    }

    [Fact]
    public void Any_bytes_that_are_read_are_written_the_same() => Gen.Byte.Array[55].Sample(bytes =>
    {
        byte[] marked = [.. "SWG1"u8, .. bytes[..38], 16, .. bytes[39..]];
        Assert.True(!WireGuardAnnouncement.TryRead(marked, out var read) || read.ToBytes().SequenceEqual(marked));
    });

    [Theory]
    [InlineData("0.0.0.0:5")]
    [InlineData("224.0.0.1:5")]
    [InlineData("255.255.255.255:5")]
    [InlineData("192.0.2.1:0")]
    [InlineData("[::]:5")]
    [InlineData("[ff02::1]:5")]
    [InlineData("[fe80::1]:5")]
    [InlineData("[::ffff:192.0.2.1]:5")]
    public void An_endpoint_that_is_nobodys_is_refused(string endpoint) =>
        Assert.False(WireGuardAnnouncement.TryRead((First.Announcement with { Endpoint = IPEndPoint.Parse(endpoint) }).ToBytes(), out _));

    [Fact]
    public void A_key_of_zeros_is_refused() => Assert.False(WireGuardAnnouncement.TryRead((First.Announcement with { PublicKey = default }).ToBytes(), out _));
}
