using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Threading.Channels;
using SwarmCompute.Attestation;
using Xunit;

namespace SwarmCompute.Overlay.Tests;

public sealed class OverlayLinkTests : IDisposable
{
    private readonly CertificateAuthority _authority = CertificateAuthority.Create(TimeProvider.System);
    private readonly Channel<string> _refusals = Channel.CreateUnbounded<string>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Frames_of_every_size_arrive_whole_and_in_order_on_both_ways()
    {
        await using var listener = Listen();
        await using var dialed = await Dial(listener, _authority.Credentials(Parties.Guest(2)));
        await using var accepted = await listener.Next(Cancel);
        int[] sizes = [0, 1, 3, 4, 5, 16_000, 32_767, 32_768, 32_769, 100_000, 0, 1, 2_000_000, 7];

        foreach (var (from, to) in new[] { (dialed, accepted), (accepted, dialed) })
        {
            var frames = sizes.Select(size => RandomNumberGenerator.GetBytes(size)).ToList();
            var sending = SendAll(from, frames);
            foreach (var frame in frames)
            {
                using var received = await to.Receive(Cancel);
                Assert.True(received!.Memory.Span.SequenceEqual(frame));
            }
            await sending;
        }
    }

    [Fact]
    public async Task Each_end_knows_who_the_other_is()
    {
        await using var listener = Listen();
        await using var dialed = await Dial(listener, _authority.Credentials(Parties.Guest(2, epoch: 9)));
        await using var accepted = await listener.Next(Cancel);

        Assert.Equal(Parties.Guest(1), dialed.Peer);
        Assert.Equal(Parties.Guest(2, epoch: 9), accepted.Peer);
        Assert.Equal(Parties.Guest(1), SwarmIdentity.TryRead(dialed.PeerCertificate));
    }

    [Fact]
    public async Task A_peer_of_another_root_is_refused_by_the_listener()
    {
        using var other = CertificateAuthority.Create(TimeProvider.System);
        var stranger = other.Credentials(Parties.Guest(2)) with { Root = _authority.Root };
        await using var listener = Listen();

        var fault = await Assert.ThrowsAsync<OverlayException>(() => Dial(listener, stranger));

        Assert.Contains("refused this process", fault.Message, StringComparison.Ordinal);
        Assert.Contains("refused", await _refusals.Reader.ReadAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listener_of_another_root_is_refused_by_the_dialer()
    {
        using var other = CertificateAuthority.Create(TimeProvider.System);
        await using var listener = Listen();

        var fault = await Assert.ThrowsAsync<OverlayException>(() => Dial(listener, other.Credentials(Parties.Guest(2))));

        Assert.StartsWith("The peer is refused", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_peer_without_a_certificate_is_refused()
    {
        await using var listener = Listen();
        using var socket = await Connect(listener);
        await using var stream = new SslStream(new NetworkStream(socket), false, (_, server, _, _) => server is not null);

        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "x", EnabledSslProtocols = SslProtocols.Tls13 }, Cancel);

        Assert.Contains("certificate", await _refusals.Reader.ReadAsync(Cancel), StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<IOException>(async () => await stream.ReadExactlyAsync(new byte[4], Cancel));
    }

    [Fact]
    public async Task An_older_TLS_is_refused()
    {
        await using var listener = Listen();
        using var socket = await Connect(listener);
        await using var stream = new SslStream(new NetworkStream(socket), false, (_, server, _, _) => server is not null);

        await Assert.ThrowsAnyAsync<Exception>(() => stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "x", EnabledSslProtocols = SslProtocols.Tls12 }, Cancel));

        Assert.StartsWith("The handshake failed", await _refusals.Reader.ReadAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_is_over_is_refused()
    {
        await using var listener = Listen(new ShiftedTime(TimeSpan.FromHours(2)));

        await Assert.ThrowsAsync<OverlayException>(() => Dial(listener, _authority.Credentials(Parties.Guest(2))));

        Assert.StartsWith("The peer is refused", await _refusals.Reader.ReadAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_peer_other_than_the_expected_one_is_not_taken()
    {
        await using var listener = Listen();

        var fault = await Assert.ThrowsAsync<OverlayException>(() =>
            OverlayDialer.Dial(listener.LocalEndPoint, _authority.Credentials(Parties.Guest(2)), _ => false, TimeProvider.System, Cancel));

        Assert.Contains("not the peer that was expected", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Garbage_instead_of_a_handshake_is_refused_and_the_next_peer_is_taken()
    {
        await using var listener = Listen();
        using var socket = await Connect(listener);
        await socket.SendAsync(RandomNumberGenerator.GetBytes(500), Cancel);

        Assert.StartsWith("The handshake failed", await _refusals.Reader.ReadAsync(Cancel), StringComparison.Ordinal);
        await using var dialed = await Dial(listener, _authority.Credentials(Parties.Guest(2)));
        Assert.Equal(Parties.Guest(1), dialed.Peer);
    }

    [Fact]
    public async Task Connections_that_stay_silent_keep_no_peer_out()
    {
        await using var listener = Listen();
        var silent = new List<Socket>();
        for (var i = 0; i < OverlayLimits.HandshakesMax + OverlayLimits.AcceptedMax / 2; i++) silent.Add(await Connect(listener));

        await using var dialed = await Dial(listener, _authority.Credentials(Parties.Guest(2)));

        Assert.Equal(Parties.Guest(1), dialed.Peer);
        Assert.Equal($"A peer did not finish its handshake before {OverlayLimits.HandshakesMax} others began theirs.", await _refusals.Reader.ReadAsync(Cancel));
        foreach (var socket in silent) socket.Dispose();
    }

    [Fact]
    public async Task A_frame_longer_than_the_link_allows_ends_the_link_with_the_reason()
    {
        await using var listener = Listen(frameBytesMax: 100);
        await using var dialed = await Dial(listener, _authority.Credentials(Parties.Guest(2)));
        await using var accepted = await listener.Next(Cancel);

        await dialed.Send(new byte[101], Cancel);

        var fault = await Assert.ThrowsAsync<OverlayException>(async () => await accepted.Receive(Cancel));
        Assert.Contains("at most 100", fault.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<OverlayException>(async () => await accepted.Send(new byte[101], Cancel));
    }

    [Fact]
    public async Task A_link_that_ended_in_order_gives_null_and_an_aborted_one_an_error()
    {
        await using var listener = Listen();
        var ended = await Dial(listener, _authority.Credentials(Parties.Guest(2)));
        await using var first = await listener.Next(Cancel);
        await ended.DisposeAsync();
        Assert.Null(await first.Receive(Cancel));

        var aborted = await Dial(listener, _authority.Credentials(Parties.Guest(2)));
        await using var second = await listener.Next(Cancel);
        aborted.Abort();
        await Assert.ThrowsAsync<OverlayException>(async () => await second.Receive(Cancel));
        await aborted.DisposeAsync();
    }

    [Fact]
    public async Task No_one_listens_is_one_clear_line()
    {
        var listener = Listen();
        await listener.DisposeAsync();

        var fault = await Assert.ThrowsAsync<OverlayException>(() => Dial(listener, _authority.Credentials(Parties.Guest(2))));

        Assert.Contains("cannot be reached", fault.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _authority.Dispose();

    private OverlayListener Listen(TimeProvider? time = null, int frameBytesMax = OverlayLimits.FrameBytesMax) => OverlayListener.Start(
        Parties.AnyPort, _authority.Credentials(Parties.Guest(1)), time ?? TimeProvider.System, frameBytesMax, reason => _refusals.Writer.TryWrite(reason));

    private static Task<OverlayConnection> Dial(OverlayListener listener, OverlayCredentials credentials) =>
        OverlayDialer.Dial(listener.LocalEndPoint, credentials, _ => true, TimeProvider.System, Cancel);

    private static async Task<Socket> Connect(OverlayListener listener)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(listener.LocalEndPoint, Cancel);
        return socket;
    }

    private static async Task SendAll(OverlayConnection connection, List<byte[]> frames)
    {
        foreach (var frame in frames) await connection.Send(frame, Cancel);
    }

    private sealed class ShiftedTime(TimeSpan shift) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + shift;
    }
}
