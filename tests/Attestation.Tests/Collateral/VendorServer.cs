using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SwarmCompute.Attestation.Tests.Collateral;

/// <summary>An HTTP server on the loopback that answers what it is told to, one request a connection.</summary>
internal sealed class VendorServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<string, byte[], VendorReply> _answer;
    private readonly Task _loop;

    public VendorServer(Func<string, byte[], VendorReply> answer)
    {
        _answer = answer;
        _listener.Start();
        _loop = Loop();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    public ConcurrentQueue<string> Asked { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;                                            // before the listener stops: it may be between two connections
        _listener.Stop();
    }

    private async Task Loop()
    {
        var open = new List<Task>();
        try
        {
            while (true) open.Add(Serve(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task Serve(TcpClient client)
    {
        try
        {
            using var _ = client;
            var stream = client.GetStream();
            var (path, body) = await Read(stream);
            Asked.Enqueue(path);
            await Write(stream, _answer(path, body));
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException)
        {
            Assert.NotNull(e);                                  // the client went away, or the test is over
        }
    }

    private async Task<(string Path, byte[] Body)> Read(NetworkStream stream)
    {
        var bytes = new List<byte>();
        var part = new byte[4096];
        while (true)
        {
            var text = Encoding.Latin1.GetString([.. bytes]);
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end >= 0 && bytes.Count >= end + 4 + Length(text[..end])) return (text.Split(' ')[1], [.. bytes.Skip(end + 4)]);
            var length = await stream.ReadAsync(part, _stop.Token);
            if (length == 0) throw new IOException("The request is cut off.");
            bytes.AddRange(part.AsSpan(0, length));
        }
    }

    private static int Length(string headers)
    {
        var line = headers.Split("\r\n").FirstOrDefault(h => h.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        return line is null ? 0 : int.Parse(line["Content-Length:".Length..], CultureInfo.InvariantCulture);
    }

    private async Task Write(NetworkStream stream, VendorReply reply)
    {
        if (reply.IsSilent) await Task.Delay(Timeout.Infinite, _stop.Token);
        var head = new StringBuilder($"HTTP/1.1 {reply.Status} Word\r\nConnection: close\r\n");
        foreach (var (name, value) in reply.Headers) head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        if (!reply.IsEndless) head.Append(CultureInfo.InvariantCulture, $"Content-Length: {reply.Body.Length + reply.Missing}\r\n");
        await stream.WriteAsync(Encoding.Latin1.GetBytes(head.Append("\r\n").ToString()), _stop.Token);
        await stream.WriteAsync(reply.Body, _stop.Token);
        while (reply.IsEndless) await stream.WriteAsync(new byte[64 * 1024], _stop.Token);
    }
}
