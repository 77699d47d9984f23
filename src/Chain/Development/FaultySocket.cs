using System.Net;
using System.Net.WebSockets;

namespace SwarmCompute.Chain.Development;

/// <summary>Hands the messages of a WebSocket on, both ways, until a fault meets one that goes to the client.</summary>
internal static class FaultySocket
{
    private const int MessageBytesMax = 1024 * 1024;

    /// <summary>Serves one WebSocket to its end, which is not an error whatever it is.</summary>
    public static async Task Relay(HttpListenerContext context, Uri upstream, FaultSchedule schedule, CancellationToken cancel)
    {
        using var behind = new ClientWebSocket();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        try
        {
            await behind.ConnectAsync(upstream, cancel).ConfigureAwait(false);
            var accepted = await context.AcceptWebSocketAsync(null).ConfigureAwait(false);
            using var client = accepted.WebSocket;
            var down = Pump(behind, client, () => schedule.Next("socket", ""), end.Token);
            var up = Pump(client, behind, () => null, end.Token);
            if (await await Task.WhenAny(down, up).ConfigureAwait(false) == RpcFault.SilentSocket) await Ended(up).ConfigureAwait(false);
            client.Abort();
            behind.Abort();
            await end.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(Ended(down), Ended(up)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or HttpListenerException or IOException or ObjectDisposedException)
        {
            context.Response.Abort();
        }
    }

    /// <summary>Hands messages on until the connection ends (null) or a fault is due.</summary>
    private static async Task<RpcFault?> Pump(WebSocket from, WebSocket to, Func<RpcFault?> next, CancellationToken cancel)
    {
        var buffer = new byte[MessageBytesMax];
        while (true)
        {
            var received = await from.ReceiveAsync(buffer.AsMemory(), cancel).ConfigureAwait(false);
            if (received.MessageType == WebSocketMessageType.Close) return null;
            if (next() is { } fault) return fault;
            await to.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, cancel).ConfigureAwait(false);
        }
    }

    private static async Task Ended(Task pump)
    {
        try
        {
            await pump.ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or IOException or ObjectDisposedException)
        {
            // The other direction ended, and this one with it.
        }
    }
}
