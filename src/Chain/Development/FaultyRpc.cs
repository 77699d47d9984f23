using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using SwarmCompute.Chain.JsonRpc;

namespace SwarmCompute.Chain.Development;

/// <summary>
/// Stands in front of a development chain's endpoint, HTTP and WebSocket, on 127.0.0.1, and does to its clients what public endpoints do:
/// limits, lies, silence. Requests that no fault meets are handed on byte for byte.
/// </summary>
public sealed class FaultyRpc : IAsyncDisposable
{
    private const int RequestBytesMax = 4 * 1024 * 1024;
    private const int PortAttemptsMax = 10;
    private const int SlowPiece = 64;
    private static readonly TimeSpan SlowPause = TimeSpan.FromMilliseconds(20);

    private readonly HttpListener _listener;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(1) };
    private readonly Uri _upstream;
    private readonly RpcEndpoint _endpoint;
    private readonly FaultyAnswers _answers;
    private readonly FaultSchedule _schedule;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    private FaultyRpc(HttpListener listener, int port, Uri upstream, FaultPlan plan)
    {
        _listener = listener;
        _upstream = upstream;
        _endpoint = new RpcEndpoint(upstream, new RpcLimits(TimeSpan.FromMinutes(1)), TimeProvider.System);
        _answers = new FaultyAnswers(_endpoint);
        _schedule = new FaultSchedule(plan);
        Endpoint = new Uri($"http://127.0.0.1:{port}/");
        Socket = new Uri($"ws://127.0.0.1:{port}/");
        _serving = Serve();
    }

    /// <summary>The address for requests.</summary>
    public Uri Endpoint { get; }

    /// <summary>The address for subscriptions.</summary>
    public Uri Socket { get; }

    /// <summary>How often each fault happened.</summary>
    public IReadOnlyDictionary<RpcFault, int> Injected => _schedule.Injected;

    /// <summary>Begins to serve.</summary>
    /// <param name="upstream">The endpoint that is asked, http.</param>
    /// <param name="plan">What goes wrong.</param>
    /// <exception cref="ChainException">No port could be had.</exception>
    public static FaultyRpc Start(Uri upstream, FaultPlan plan)
    {
        for (var attempt = 1; ; attempt++)
        {
            var port = FreePort();
            var listener = new HttpListener();
            listener.Prefixes.Add($"http://127.0.0.1:{port}/");
            try
            {
                listener.Start();
                return new FaultyRpc(listener, port, upstream, plan);
            }
            catch (HttpListenerException e) when (attempt == PortAttemptsMax)
            {
                throw new ChainException(ChainErrorKind.Unreachable, $"Port {port} cannot be listened on: {e.Message}", e);
            }
            catch (HttpListenerException)
            {
                listener.Close();    // someone took the port in between; another one is tried
            }
        }
    }

    /// <summary>Makes a fault happen from now on, so many times, before what the plan says.</summary>
    public void Inject(RpcFault fault, int times = int.MaxValue, string? method = null) => _schedule.Add(new FaultRule(fault) { Times = times, Method = method });

    /// <summary>Ends all faults that are still to come.</summary>
    public void Heal() => _schedule.Clear();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Close();
        await _serving.ConfigureAwait(false);
        _http.Dispose();
        _endpoint.Dispose();
        _stop.Dispose();
    }

    private async Task Serve()
    {
        var requests = new List<Task>();
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync().ConfigureAwait(false);
                requests.RemoveAll(r => r.IsCompleted);
                requests.Add(context.Request.IsWebSocketRequest ? Relay(context) : Answer(context));
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
        {
            await Task.WhenAll(requests).ConfigureAwait(false);    // closed: the requests under way end by the token
        }
    }

    private async Task Answer(HttpListenerContext context)
    {
        try
        {
            var body = await ReadAll(context.Request.InputStream, _stop.Token).ConfigureAwait(false);
            if (JsonNode.Parse(body) is JsonObject request) await Answer(context, body, request).ConfigureAwait(false);
            else await Write(context, await Forward(body).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or HttpListenerException or IOException or HttpRequestException or JsonException or FormatException or ObjectDisposedException)
        {
            context.Response.Abort();    // the client sees a connection that ends; this is what this program is for
        }
    }

    private async Task Answer(HttpListenerContext context, byte[] body, JsonObject request)
    {
        var method = request["method"]?.GetValue<string>() ?? "";
        var parameters = request["params"] as JsonArray ?? [];
        switch (_schedule.Next(method, parameters.ToJsonString()))
        {
            case null:
                await Write(context, await Forward(body).ConfigureAwait(false)).ConfigureAwait(false);
                break;
            case RpcFault.TooManyRequests:
                context.Response.StatusCode = (int)HttpStatusCode.TooManyRequests;
                context.Response.AddHeader("Retry-After", "1");
                await Write(context, "slow down"u8.ToArray()).ConfigureAwait(false);
                break;
            case RpcFault.NotJson:
                await Write(context, "<html>all is well</html>"u8.ToArray()).ConfigureAwait(false);
                break;
            case RpcFault.Silence:
                await Task.Delay(Timeout.InfiniteTimeSpan, _stop.Token).ConfigureAwait(false);
                break;
            case RpcFault.LostAnswer:
                await Forward(body).ConfigureAwait(false);
                context.Response.Abort();
                break;
            case RpcFault.DroppedConnection:
                await WriteHalf(context, await Forward(body).ConfigureAwait(false)).ConfigureAwait(false);
                break;
            case RpcFault.SlowRead:
                await WriteSlowly(context, await Forward(body).ConfigureAwait(false)).ConfigureAwait(false);
                break;
            case { } content:
                await Write(context, await Change(content, body, request, method, parameters).ConfigureAwait(false)).ConfigureAwait(false);
                break;
        }
    }

    private async Task<byte[]> Change(RpcFault fault, byte[] body, JsonObject request, string method, JsonArray parameters)
    {
        try
        {
            var answer = await _answers.To(fault, request["id"]!.GetValue<long>(), method, parameters.DeepClone().AsArray(), _stop.Token).ConfigureAwait(false);
            return JsonSerializer.SerializeToUtf8Bytes(answer);
        }
        catch (ChainException)
        {
            return await Forward(body).ConfigureAwait(false);    // the chain refuses by itself: in its own words
        }
    }

    private async Task<byte[]> Forward(byte[] body)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await _http.PostAsync(_upstream, content, _stop.Token).ConfigureAwait(false);
        return await response.Content.ReadAsByteArrayAsync(_stop.Token).ConfigureAwait(false);
    }

    private async Task Relay(HttpListenerContext context)
    {
        var upstream = new UriBuilder(_upstream) { Scheme = Uri.UriSchemeWs }.Uri;
        await FaultySocket.Relay(context, upstream, _schedule, _stop.Token).ConfigureAwait(false);
    }

    private async Task Write(HttpListenerContext context, byte[] bytes)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength64 = bytes.Length;
        await context.Response.OutputStream.WriteAsync(bytes, _stop.Token).ConfigureAwait(false);
        context.Response.Close();
    }

    private async Task WriteHalf(HttpListenerContext context, byte[] bytes)
    {
        context.Response.ContentLength64 = bytes.Length;
        await context.Response.OutputStream.WriteAsync(bytes.AsMemory(0, bytes.Length / 2), _stop.Token).ConfigureAwait(false);
        await context.Response.OutputStream.FlushAsync(_stop.Token).ConfigureAwait(false);
        context.Response.Abort();
    }

    private async Task WriteSlowly(HttpListenerContext context, byte[] bytes)
    {
        context.Response.ContentLength64 = bytes.Length;
        for (var at = 0; at < bytes.Length; at += SlowPiece)
        {
            await context.Response.OutputStream.WriteAsync(bytes.AsMemory(at, Math.Min(SlowPiece, bytes.Length - at)), _stop.Token).ConfigureAwait(false);
            await context.Response.OutputStream.FlushAsync(_stop.Token).ConfigureAwait(false);
            await Task.Delay(SlowPause, _stop.Token).ConfigureAwait(false);
        }
        context.Response.Close();
    }

    private static async Task<byte[]> ReadAll(Stream stream, CancellationToken cancel)
    {
        using var body = new MemoryStream();
        var piece = new byte[64 * 1024];
        for (int read; (read = await stream.ReadAsync(piece, cancel).ConfigureAwait(false)) > 0;)
        {
            if (body.Length + read > RequestBytesMax) throw new IOException("The request is too large.");
            body.Write(piece, 0, read);
        }
        return body.ToArray();
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
