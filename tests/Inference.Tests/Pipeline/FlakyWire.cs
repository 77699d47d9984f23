using System.Net;
using System.Net.Sockets;

namespace SwarmCompute.Inference.Tests.Pipeline;

/// <summary>The wire between two stages: passes bytes on, until it is cut (both ends see a reset) or frozen (nothing passes any more).</summary>
internal sealed class FlakyWire : IAsyncDisposable
{
    private readonly Socket _listener = new(SocketType.Stream, ProtocolType.Tcp);
    private readonly IPEndPoint _to;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Socket> _open = [];
    private readonly Task _accepting;
    private volatile bool _frozen;
    private bool _disposed;

    public FlakyWire(IPEndPoint to)
    {
        _to = to;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(16);
        EndPoint = (IPEndPoint)_listener.LocalEndPoint!;
        _accepting = Accept();
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>What the wire leads to: who dials it is not on the wire.</summary>
    public IPEndPoint To => _to;

    public void Cut()
    {
        lock (_open)
        {
            foreach (var socket in _open) socket.Close(0);
            _open.Clear();
        }
    }

    public void Freeze() => _frozen = true;

    public void Thaw()
    {
        _frozen = false;
        Cut();
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        await _stop.CancelAsync();
        _listener.Dispose();
        Cut();
        await _accepting;
        _stop.Dispose();
    }

    private async Task Accept()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var near = await _listener.AcceptAsync(_stop.Token);
                var far = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                near.NoDelay = true;
                lock (_open) _open.AddRange([near, far]);
                _ = Pass(near, far);
            }
            catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                continue;
            }
        }
    }

    private async Task Pass(Socket near, Socket far)
    {
        try
        {
            await far.ConnectAsync(_to, _stop.Token);
            await Task.WhenAny(Copy(near, far), Copy(far, near));
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // the wire was cut, or its far end is gone
        }
        near.Close(0);
        far.Close(0);
    }

    private async Task Copy(Socket from, Socket to)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, _stop.Token) is > 0 and var read)
            {
                while (_frozen) await Task.Delay(5, _stop.Token);
                for (var sent = 0; sent < read;) sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), _stop.Token);
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // the wire was cut
        }
    }
}
