using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using SwarmCompute.Attestation;

namespace SwarmCompute.Overlay;

/// <summary>One link to an authenticated peer. Carries frames of bytes, each after its length (4 bytes, little-endian).</summary>
/// <remarks>
/// Any number of callers may send at once; one at a time may receive. A fault on either way ends the link, and so does the cancellation of
/// a call that has begun: the stream would stand inside a frame. A frame that has begun and is not there in the time that its size allows
/// (<see cref="OverlayLimits.TimeOf"/>) ends the link, too. What is sent and what is received into a frame of the caller's allocates
/// nothing here: buffers and the state of waiting calls are pooled.
/// </remarks>
public sealed class OverlayConnection : IAsyncDisposable
{
    private const int LengthSize = 4;
    private static readonly TimeSpan ShutdownTime = TimeSpan.FromMilliseconds(500);

    private readonly Socket _socket;
    private readonly SslStream _stream;
    private readonly PeerSession? _session;
    private readonly int _frameBytesMax;
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly byte[] _received = new byte[32 * 1024];
    private readonly ITimer _patience;
    private int _begin, _end, _disposed;
    private TimeSpan _bound;
    private bool _waits;
    private volatile bool _isTooSlow;

    internal OverlayConnection(
        Socket socket, SslStream stream, SwarmIdentity peer, X509Certificate2 peerCertificate, PeerSession? session, TimeProvider time, int frameBytesMax)
    {
        _patience = time.CreateTimer(static link => ((OverlayConnection)link!).CutOff(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _socket = socket;
        _stream = stream;
        _session = session;
        _frameBytesMax = frameBytesMax;
        Peer = peer;
        PeerCertificate = peerCertificate;
        session?.Dropped.Register(Abort);
    }

    /// <summary>Whom the peer's certificate names.</summary>
    public SwarmIdentity Peer { get; }

    /// <summary>The peer's certificate, as judged in the handshake.</summary>
    public X509Certificate2 PeerCertificate { get; }

    /// <summary>Sends one frame.</summary>
    /// <exception cref="OverlayException">The link is broken, or the frame is longer than the link allows.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask Send(ReadOnlyMemory<byte> frame, CancellationToken cancel)
    {
        if (frame.Length > _frameBytesMax) throw new OverlayException($"A frame of {frame.Length} bytes is longer than {_frameBytesMax}.");
        var buffer = ArrayPool<byte>.Shared.Rent(LengthSize + frame.Length);
        try
        {
            BinaryPrimitives.WriteInt32LittleEndian(buffer, frame.Length);
            frame.Span.CopyTo(buffer.AsSpan(LengthSize));
            await _sending.WaitAsync(cancel);
            try
            {
                await _stream.WriteAsync(buffer.AsMemory(0, LengthSize + frame.Length), cancel);
            }
            catch (OperationCanceledException)
            {
                Abort();
                throw;
            }
            finally
            {
                _sending.Release();
            }
        }
        catch (Exception fault) when (IsBroken(fault))
        {
            throw new OverlayException($"The link to {Peer} broke while sending: {Because(fault)}", fault);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: false);
        }
    }

    /// <summary>Waits for the next frame; null once the peer has ended the link in order.</summary>
    /// <exception cref="OverlayException">The link is broken, or the peer sent a frame longer than the link allows.</exception>
    public async ValueTask<OverlayFrame?> Receive(CancellationToken cancel)
    {
        var frame = new OverlayFrame();
        return await Receive(frame, cancel) ? frame : null;
    }

    /// <summary>Waits for the next frame, and receives it in the place of what the given one held; false once the peer has ended the link in order.</summary>
    /// <exception cref="OverlayException">The link is broken, or the peer sent a frame longer than the link allows. Nothing was received.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> Receive(OverlayFrame frame, CancellationToken cancel)
    {
        frame.Dispose();
        try
        {
            if (!await Fill(LengthSize, cancel)) return _begin == _end ? false : throw new OverlayException($"{Peer} ended the link inside a frame.");
            var length = BinaryPrimitives.ReadInt32LittleEndian(_received.AsSpan(_begin));
            if (length < 0 || length > _frameBytesMax)
                throw new OverlayException($"{Peer} announced a frame of {unchecked((uint)length)} bytes; at most {_frameBytesMax} are taken.");
            _begin += LengthSize;
            await ReadFrame(frame, length, cancel);
            return true;
        }
        catch (Exception fault) when (IsBroken(fault))
        {
            throw new OverlayException($"The link to {Peer} broke: {Because(fault)}", fault);
        }
        finally
        {
            if (_waits) Await(Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Ends the link at once, without the ceremony of an orderly close: the peer sees a reset.</summary>
    public void Abort()
    {
        if (Volatile.Read(ref _disposed) == 0) _socket.Close(0);
    }

    /// <summary>Ends the link in order where that takes no more than half a second.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        _session?.Dispose();
        await _patience.DisposeAsync();
        try
        {
            if (_socket.Connected) await _stream.ShutdownAsync().WaitAsync(ShutdownTime, TimeProvider.System, CancellationToken.None);
        }
        catch (Exception fault) when (fault is TimeoutException or NotSupportedException || IsBroken(fault))
        {
            _socket.Close(0);                                                // already broken, or the peer does not read: the link ends either way
        }
        await _stream.DisposeAsync();
        _socket.Dispose();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ReadFrame(OverlayFrame frame, int length, CancellationToken cancel)
    {
        frame.Rent(length);
        try
        {
            var have = Math.Min(length, _end - _begin);
            _received.AsSpan(_begin, have).CopyTo(frame.Memory.Span);
            _begin += have;
            if (have == length) return;
            Await(OverlayLimits.TimeOf(length));
            await _stream.ReadExactlyAsync(frame.Memory[have..], cancel);
        }
        catch
        {
            frame.Dispose();
            throw;
        }
    }

    /// <summary>Reads until this many bytes lie in the buffer; false where the peer ended before.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> Fill(int count, CancellationToken cancel)
    {
        while (_end - _begin < count)
        {
            if (_begin == _end) _begin = _end = 0;
            else if (!_waits) Await(OverlayLimits.FrameTime);                // a part of the length is there: a frame has begun
            if (_received.Length - _begin < count)
            {
                _received.AsSpan(_begin, _end - _begin).CopyTo(_received);
                (_begin, _end) = (0, _end - _begin);
            }
            var read = await _stream.ReadAsync(_received.AsMemory(_end), cancel);
            if (read == 0) return false;
            _end += read;
        }
        return true;
    }

    /// <summary>Cuts the link off unless what is awaited is there within this time; infinite: nothing is awaited.</summary>
    private void Await(TimeSpan bound)
    {
        _waits = bound != Timeout.InfiniteTimeSpan;
        if (_waits) _bound = bound;
        _patience.Change(bound, Timeout.InfiniteTimeSpan);
    }

    private void CutOff()
    {
        _isTooSlow = true;
        Abort();
    }

    private string Because(Exception fault)
    {
        if (_session is { Reason.Length: > 0 } dropped) return $"the peer is no longer accepted: {dropped.Reason}";
        return _isTooSlow ? string.Create(CultureInfo.InvariantCulture, $"a frame that had begun was not there within {_bound.TotalSeconds:0.#} s") : fault.Message;
    }

    private static bool IsBroken(Exception fault) => fault is IOException or SocketException or ObjectDisposedException or InvalidOperationException;
}
