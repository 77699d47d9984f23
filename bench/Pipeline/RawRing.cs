using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace SwarmCompute.Bench;

/// <summary>A process's part in a ring of plain TCP with blocking sockets: what a message costs at least.</summary>
internal sealed class RawRing : IDisposable
{
    private const int WarmUpRounds = 100;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public int Listen()
    {
        _listener.Start();
        return ((IPEndPoint)_listener.LocalEndpoint).Port;
    }

    /// <summary>Takes part in some rounds.</summary>
    /// <returns>How long each took, in the process that begins them; else none.</returns>
    public double[] Pass(StageCommand.Pass pass)
    {
        using var next = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        next.Connect(IPAddress.Loopback, pass.NextPort);
        using var previous = _listener.AcceptSocket();
        previous.NoDelay = true;
        var (received, sent, times) = (new byte[pass.BytesIn], new byte[pass.BytesOut], new List<double>());
        for (var round = -WarmUpRounds; round < pass.Rounds; round++)
        {
            var began = Stopwatch.GetTimestamp();
            if (pass.Begins) Send(next, sent);
            Receive(previous, received);
            if (!pass.Begins) Send(next, sent);
            else if (round >= 0) times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
        return [.. times];
    }

    public void Dispose() => _listener.Dispose();

    private static void Send(Socket socket, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty) bytes = bytes[socket.Send(bytes)..];
    }

    private static void Receive(Socket socket, Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var count = socket.Receive(bytes);
            if (count == 0) throw new IOException("The ring of plain TCP broke.");
            bytes = bytes[count..];
        }
    }
}
