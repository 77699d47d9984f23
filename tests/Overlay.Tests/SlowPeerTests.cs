using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.Extensions.Time.Testing;
using SwarmCompute.Attestation;
using Xunit;

namespace SwarmCompute.Overlay.Tests;

/// <summary>A frame that has begun comes within the time that its size allows, or the link ends; between frames a link may rest.</summary>
public sealed class SlowPeerTests : IAsyncDisposable
{
    private readonly CertificateAuthority _authority = CertificateAuthority.Create(TimeProvider.System);
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly OverlayListener _listener;

    public SlowPeerTests() => _listener = OverlayListener.Start(Parties.AnyPort, _authority.Credentials(Parties.Guest(1)), _time);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(2, "within 10 s")]
    [InlineData(4, "within 11.5 s")]
    [InlineData(50_000, "within 11.5 s")]
    public async Task A_frame_of_which_no_more_comes_ends_the_link_with_the_reason(int bytes, string reason)
    {
        await using var peer = await Dial();
        await using var link = await _listener.Next(Cancel);
        await peer.WriteAsync(Frame(98_304).AsMemory(0, bytes), Cancel);
        var receiving = link.Receive(Cancel).AsTask();
        await PassUntil(receiving);
        Assert.Contains(reason, (await Assert.ThrowsAsync<OverlayException>(() => receiving)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_byte_now_and_then_does_not_keep_a_link_for_longer_than_its_frame_may_take()
    {
        await using var peer = await Dial();
        await using var link = await _listener.Next(Cancel);
        await peer.WriteAsync(Frame(1_000).AsMemory(0, 4), Cancel);
        var receiving = link.Receive(Cancel).AsTask();
        for (var sent = 0; !receiving.IsCompleted; sent++)
        {
            Assert.True(sent < 1_000, "the whole frame was taken, one byte a second");
            await Trickle(peer);
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(2, Cancel);
        }
        Assert.Contains("a frame that had begun", (await Assert.ThrowsAsync<OverlayException>(() => receiving)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_frame_that_comes_in_time_is_taken_and_so_is_the_next_after_hours()
    {
        await using var peer = await Dial();
        await using var link = await _listener.Next(Cancel);
        for (var round = 0; round < 3; round++)
        {
            var (frame, receiving) = (Frame(98_304), link.Receive(Cancel).AsTask());
            foreach (var part in frame.Chunk(40_000))
            {
                await peer.WriteAsync(part, Cancel);
                _time.Advance(TimeSpan.FromSeconds(3));
            }
            using var received = await receiving;
            Assert.Equal(frame.AsSpan(4), received!.Memory.Span);
            _time.Advance(TimeSpan.FromHours(5));
        }
    }

    [Fact]
    public void The_longest_frame_may_take_minutes_and_an_empty_one_seconds()
    {
        Assert.Equal(TimeSpan.FromSeconds(10), OverlayLimits.TimeOf(0));
        Assert.Equal(TimeSpan.FromSeconds(266), OverlayLimits.TimeOf(OverlayLimits.FrameBytesMax));
    }

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        _authority.Dispose();
    }

    private async Task PassUntil(Task receiving)
    {
        while (!receiving.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(2, Cancel);
        }
    }

    private static async Task Trickle(SslStream peer)
    {
        try
        {
            await peer.WriteAsync(new byte[1], Cancel);
        }
        catch (IOException)
        {
            await Task.Yield();                                              // the link has ended, as it should
        }
    }

    /// <summary>A frame of zeros after its length.</summary>
    private static byte[] Frame(int length)
    {
        var frame = new byte[4 + length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, length);
        return frame;
    }

    /// <summary>A certified peer that writes whatever a test likes.</summary>
    private async Task<SslStream> Dial()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(_listener.LocalEndPoint, Cancel);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true), false, (_, certificate, _, _) => certificate is not null);
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "swarm.invalid",
            ClientCertificateContext = SslStreamCertificateContext.Create(_authority.Credentials(Parties.Guest(2)).Certificate, null, offline: true),
            EnabledSslProtocols = SslProtocols.Tls13,
        }, Cancel);
        await stream.ReadExactlyAsync(new byte[4], Cancel);
        return stream;
    }
}
