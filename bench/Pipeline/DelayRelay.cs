using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace SwarmCompute.Bench;

/// <summary>A port that sends what it receives to a target, and back, each way later by a delay; or that answers with what it receives.</summary>
internal sealed class DelayRelay : IAsyncDisposable
{
    private const int ChunkBytes = 64 * 1024, ChunksMax = 256;

    private readonly CancellationTokenSource _end = new();
    private readonly TcpListener _listener;
    private readonly Task _accepting;

    private DelayRelay(string address, Func<Socket, CancellationToken, Task> serve)
    {
        _listener = new TcpListener(IPAddress.Parse(address), 0);
        _listener.Start();
        _accepting = Accept(serve);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public static DelayRelay Echo(string address) => new(address, (socket, cancel) => Pump(socket, socket, TimeSpan.Zero, cancel));

    public static DelayRelay To(StageCommand.Relay relay) => new(relay.Address, async (near, cancel) =>
    {
        using var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await far.ConnectAsync(IPAddress.Parse(relay.Target), relay.TargetPort, cancel);
        var delay = TimeSpan.FromMilliseconds(relay.DelayMs);
        await Task.WhenAll(Pump(near, far, delay, cancel), Pump(far, near, delay, cancel));
    });

    /// <summary>Milliseconds of a byte there and back.</summary>
    public static double[] Ping(StageCommand.Ping ping)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Parse(ping.Address), ping.Port);
        var (times, one) = (new double[ping.Rounds], new byte[1]);
        for (var round = 0; round < times.Length; round++)
        {
            var began = Stopwatch.GetTimestamp();
            socket.Send(one);
            if (socket.Receive(one) == 0) throw new IOException("The echo ended.");
            times[round] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }
        return times;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task Accept(Func<Socket, CancellationToken, Task> serve)
    {
        var serving = new List<Task>();
        try
        {
            while (true) serving.Add(Serve(await _listener.AcceptSocketAsync(_end.Token), serve));
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            await Task.WhenAll(serving);
        }
    }

    /// <summary>A connection that breaks is for its two ends to notice, not for the relay.</summary>
    private async Task Serve(Socket socket, Func<Socket, CancellationToken, Task> serve)
    {
        using var near = socket;
        near.NoDelay = true;
        try
        {
            await serve(near, _end.Token);
        }
        catch (Exception broken) when (broken is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            if (!_end.IsCancellationRequested) Console.Error.WriteLine($"A relayed connection ended: {broken.Message}");
        }
    }

    private static async Task Pump(Socket from, Socket to, TimeSpan delay, CancellationToken cancel)
    {
        var line = Channel.CreateBounded<(long Due, byte[] Bytes)>(ChunksMax);
        var sending = Send(line.Reader, to, cancel);
        var chunk = new byte[ChunkBytes];
        try
        {
            while (await from.ReceiveAsync(chunk, cancel) is > 0 and var count)
                await line.Writer.WriteAsync((Stopwatch.GetTimestamp() + (long)(delay.TotalSeconds * Stopwatch.Frequency), chunk[..count]), cancel);
        }
        finally
        {
            line.Writer.Complete();
        }
        await sending;
        to.Shutdown(SocketShutdown.Send);
    }

    private static async Task Send(ChannelReader<(long Due, byte[] Bytes)> line, Socket to, CancellationToken cancel)
    {
        await foreach (var (due, bytes) in line.ReadAllAsync(cancel))
        {
            var wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
            if (wait > TimeSpan.Zero) await Task.Delay(wait, TimeProvider.System, cancel);
            for (var sent = 0; sent < bytes.Length;) sent += await to.SendAsync(bytes.AsMemory(sent), cancel);
        }
    }
}
