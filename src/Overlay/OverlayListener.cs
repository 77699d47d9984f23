using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace SwarmCompute.Overlay;

/// <summary>Takes links from peers that the pinned root vouches for; everyone else is refused with a reason.</summary>
public sealed class OverlayListener : IAsyncDisposable
{
    private static readonly TimeSpan TakeAgainAfter = TimeSpan.FromMilliseconds(20);

    private readonly Socket _socket;
    private readonly OverlayTls _tls;
    private readonly TimeProvider _time;
    private readonly int _frameBytesMax;
    private readonly Action<string>? _refused;
    private readonly SemaphoreSlim _handshakes = new(OverlayLimits.HandshakesMax, OverlayLimits.HandshakesMax);
    private readonly Channel<OverlayConnection> _accepted = Channel.CreateBounded<OverlayConnection>(OverlayLimits.AcceptedMax);
    private readonly LinkedList<CancellationTokenSource> _running = new();     // of the handshakes, oldest first; its own lock
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    private OverlayListener(Socket socket, OverlayTls tls, TimeProvider time, int frameBytesMax, Action<string>? refused)
    {
        (_socket, _tls, _time, _frameBytesMax, _refused) = (socket, tls, time, frameBytesMax, refused);
        LocalEndPoint = (IPEndPoint)socket.LocalEndPoint!;
        _accepting = AcceptSockets();
    }

    /// <summary>The address and the port that peers dial.</summary>
    public IPEndPoint LocalEndPoint { get; }

    /// <summary>Listens.</summary>
    /// <param name="endpoint">The address; port 0 takes a free one.</param>
    /// <param name="credentials">Who this process is.</param>
    /// <param name="time">The clock for certificates and bounds.</param>
    /// <param name="frameBytesMax">The longest frame in either direction, in bytes.</param>
    /// <param name="refused">Told, in one line, why a peer was not taken; must not throw.</param>
    /// <exception cref="OverlayException">The address cannot be listened on.</exception>
    public static OverlayListener Start(IPEndPoint endpoint, OverlayCredentials credentials, TimeProvider time,
        int frameBytesMax = OverlayLimits.FrameBytesMax, Action<string>? refused = null)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(endpoint);
            socket.Listen(OverlayLimits.AcceptedMax);
            return new OverlayListener(socket, new OverlayTls(credentials, time), time, frameBytesMax, refused);
        }
        catch (SocketException fault)
        {
            socket.Dispose();
            throw new OverlayException($"Cannot listen on {endpoint}: {fault.Message}", fault);
        }
    }

    /// <summary>The links as they are made. The caller owns each, and disposes it.</summary>
    public async IAsyncEnumerable<OverlayConnection> Accept([EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var connection in _accepted.Reader.ReadAllAsync(cancel)) yield return connection;
    }

    /// <summary>Listens no longer; links that nobody took are closed, the others live on.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        await _stop.CancelAsync();
        _socket.Dispose();
        await _accepting;
        for (var slot = 0; slot < OverlayLimits.HandshakesMax; slot++) await _handshakes.WaitAsync(CancellationToken.None);
        _accepted.Writer.TryComplete();
        while (_accepted.Reader.TryRead(out var connection)) await connection.DisposeAsync();
        _stop.Dispose();
        _handshakes.Dispose();
    }

    private async Task AcceptSockets()
    {
        while (!_stop.IsCancellationRequested)
        {
            if (await NextSocket() is not { } socket) continue;
            try
            {
                if (_handshakes.CurrentCount == 0) CutOldest();
                await _handshakes.WaitAsync(_stop.Token);
            }
            catch (OperationCanceledException)
            {
                socket.Dispose();
                return;
            }
            _ = Handshake(socket);
        }
    }

    private async Task<Socket?> NextSocket()
    {
        try
        {
            return await _socket.AcceptAsync(_stop.Token);
        }
        catch (Exception fault) when (fault is OperationCanceledException or ObjectDisposedException)
        {
            return null;                                                     // stopping
        }
        catch (SocketException fault)
        {
            _refused?.Invoke($"A peer could not be taken: {fault.Message}"); // gone before it was taken, or no file descriptor is left
            await Task.Delay(TakeAgainAfter, _time, CancellationToken.None);
            return null;
        }
    }

    private void CutOldest()
    {
        lock (_running)
        {
            if (_running.First is not { } oldest) return;
            _running.RemoveFirst();
            _ = oldest.Value.CancelAsync();                                  // not inline: its continuations do not belong under the lock
        }
    }

    private async Task Handshake(Socket socket)
    {
        using var cut = new CancellationTokenSource();
        using var bound = new CancellationTokenSource(OverlayLimits.HandshakeTime, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, bound.Token, cut.Token);
        var place = new LinkedListNode<CancellationTokenSource>(cut);
        try
        {
            lock (_running) _running.AddLast(place);
            var connection = await OverlayHandshake.Accept(socket, _tls, _time, _frameBytesMax, either.Token);
            if (_accepted.Writer.TryWrite(connection)) return;
            _refused?.Invoke($"{connection.Peer}: {OverlayLimits.AcceptedMax} links already wait to be taken.");
            await connection.DisposeAsync();
        }
        catch (OverlayException fault)
        {
            socket.Dispose();
            _refused?.Invoke(fault.Message);
        }
        catch (OperationCanceledException)
        {
            socket.Dispose();
            _refused?.Invoke(cut.IsCancellationRequested
                ? $"A peer did not finish its handshake before {OverlayLimits.HandshakesMax} others began theirs."
                : $"A peer did not finish its handshake within {OverlayLimits.HandshakeTime.TotalSeconds} s.");
        }
        catch (Exception fault) when (fault is IOException or SocketException or ObjectDisposedException)
        {
            socket.Dispose();
            _refused?.Invoke($"A peer broke off its handshake: {fault.Message}");
        }
        finally
        {
            lock (_running)
                if (place.List is not null) _running.Remove(place);
            _handshakes.Release();
        }
    }
}
