using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json;

namespace SwarmCompute.Bench;

/// <summary>Notes when a node announces each new block on a WebSocket.</summary>
internal sealed class HeadListener : IDisposable
{
    private const int MessageBytesMax = 64 * 1024;

    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[MessageBytesMax];

    /// <summary>By block: the timestamp at which it was announced.</summary>
    public ConcurrentDictionary<ulong, long> Seen { get; } = [];

    public async Task Subscribe(Uri address, CancellationToken cancel)
    {
        _socket.Options.Proxy = null;
        await _socket.ConnectAsync(address, cancel);
        await _socket.SendAsync("""{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}"""u8.ToArray(), WebSocketMessageType.Text, true, cancel);
        using var subscribed = await Receive(cancel);
        if (!subscribed.RootElement.TryGetProperty("result", out _)) throw new InvalidOperationException("The node does not announce new blocks.");
    }

    /// <summary>Waits for the next block.</summary>
    public async Task<ulong> Next(CancellationToken cancel)
    {
        using var message = await Receive(cancel);
        var now = Stopwatch.GetTimestamp();
        var number = message.RootElement.GetProperty("params").GetProperty("result").GetProperty("number").GetString()!;
        var block = ulong.Parse(number.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        Seen.TryAdd(block, now);
        return block;
    }

    public void Dispose() => _socket.Dispose();

    private async Task<JsonDocument> Receive(CancellationToken cancel)
    {
        for (var length = 0; ;)
        {
            var received = await _socket.ReceiveAsync(_buffer.AsMemory(length), cancel);
            length += received.Count;
            if (received.EndOfMessage) return JsonDocument.Parse(_buffer.AsMemory(0, length));
        }
    }
}
