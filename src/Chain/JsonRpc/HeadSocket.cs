using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json;

namespace SwarmCompute.Chain.JsonRpc;

/// <summary>
/// Listens to one WebSocket endpoint for new blocks (<c>eth_subscribe newHeads</c>) and says only that there was one. It checks the chain's
/// id on each connection, and connects anew, after a growing pause, when the connection ends, or stays silent for too long: subscriptions
/// die without a word.
/// </summary>
internal sealed class HeadSocket : IAsyncDisposable
{
    private const int MessageBytesMax = 256 * 1024;
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Ping = TimeSpan.FromSeconds(5);

    private readonly Uri _address;
    private readonly ulong _chainId;
    private readonly TimeSpan _silenceMax;
    private readonly Action _woken;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _listening;
    private volatile string? _lastFault;
    private int _connections;

    /// <summary>Begins to listen.</summary>
    /// <param name="address">A ws or wss address.</param>
    /// <param name="chainId">The chain that it must serve.</param>
    /// <param name="silenceMax">The time without a new block after which the connection counts as dead.</param>
    /// <param name="woken">Called for each new block, and when a connection is there; must not block.</param>
    /// <param name="time">The clock.</param>
    public HeadSocket(Uri address, ulong chainId, TimeSpan silenceMax, Action woken, TimeProvider time)
    {
        (_address, _chainId, _silenceMax, _woken, _time) = (address, chainId, silenceMax, woken, time);
        _listening = Listen();
    }

    /// <summary>How often a subscription was there so far.</summary>
    public int Connections => _connections;

    /// <summary>Why the last connection ended; null while none did.</summary>
    public string? LastFault => _lastFault;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _listening.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task Listen()
    {
        var pause = FirstPause;
        while (!_stop.IsCancellationRequested)
        {
            var before = _connections;
            try
            {
                await ListenOnce().ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException or JsonException or ChainException)
            {
                _lastFault = e is OperationCanceledException ? string.Create(CultureInfo.InvariantCulture, $"silent for {_silenceMax}") : e.Message;
            }
            pause = _connections > before ? FirstPause : pause * 2 < LongestPause ? pause * 2 : LongestPause;
            if (!await Paused(pause).ConfigureAwait(false)) return;
        }
    }

    private async Task<bool> Paused(TimeSpan pause)
    {
        try
        {
            await Task.Delay(pause, _time, _stop.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task ListenOnce()
    {
        using var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = Ping;
        socket.Options.KeepAliveTimeout = Ping;
        if (_address.IsLoopback) socket.Options.Proxy = null;
        await InTime(ConnectTimeout, cancel => socket.ConnectAsync(_address, cancel)).ConfigureAwait(false);

        var served = await Ask(socket, 1, """{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}""").ConfigureAwait(false);
        if (served.Quantity() != _chainId) throw new ChainException(ChainErrorKind.WrongChain, $"The socket serves chain {served.Quantity()}, but chain {_chainId} is configured.");
        await Ask(socket, 2, """{"jsonrpc":"2.0","id":2,"method":"eth_subscribe","params":["newHeads"]}""").ConfigureAwait(false);
        Interlocked.Increment(ref _connections);
        _woken();
        while (true)
        {
            using var message = await Receive(socket, _silenceMax).ConfigureAwait(false);
            if (message.RootElement.ValueKind == JsonValueKind.Object && message.RootElement.TryGetProperty("method", out var method) && method.ValueEquals("eth_subscription")) _woken();
        }
    }

    /// <summary>The result of a request; what else comes before it is passed over, a few messages long.</summary>
    private async Task<JsonElement> Ask(ClientWebSocket socket, int id, string request)
    {
        const int othersMax = 16;
        await InTime(ConnectTimeout, cancel => socket.SendAsync(System.Text.Encoding.UTF8.GetBytes(request), WebSocketMessageType.Text, true, cancel)).ConfigureAwait(false);
        for (var others = 0; others < othersMax; others++)
        {
            using var message = await Receive(socket, ConnectTimeout).ConfigureAwait(false);
            var root = message.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("id", out var of) || of.ValueKind != JsonValueKind.Number || !of.TryGetInt32(out var number) || number != id) continue;
            return root.TryGetProperty("result", out var result) ? result.Clone() : throw new ChainException(ChainErrorKind.Rejected, "The socket refused a subscription.");
        }
        throw new ChainException(ChainErrorKind.Unreachable, "The socket does not answer.");
    }

    private async Task<JsonDocument> Receive(ClientWebSocket socket, TimeSpan within)
    {
        using var message = new MemoryStream();
        var piece = new byte[16 * 1024];
        while (true)
        {
            ValueWebSocketReceiveResult received = default;
            await InTime(within, async cancel => received = await socket.ReceiveAsync(piece.AsMemory(), cancel).ConfigureAwait(false)).ConfigureAwait(false);
            if (received.MessageType == WebSocketMessageType.Close) throw new WebSocketException("The endpoint closed the socket.");
            if (message.Length + received.Count > MessageBytesMax) throw new ChainException(ChainErrorKind.Rejected, $"The socket sent more than {MessageBytesMax} bytes in one message.");
            message.Write(piece, 0, received.Count);
            if (received.EndOfMessage) return JsonDocument.Parse(message.GetBuffer().AsMemory(0, (int)message.Length), new JsonDocumentOptions { MaxDepth = RpcBody.DepthMax });
        }
    }

    private async Task InTime(TimeSpan within, Func<CancellationToken, Task> work)
    {
        using var timeout = new CancellationTokenSource(within, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _stop.Token);
        await work(either.Token).ConfigureAwait(false);
    }
}
