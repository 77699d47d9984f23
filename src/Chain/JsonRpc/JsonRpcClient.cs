using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using SwarmCompute.Chain.Abi;

namespace SwarmCompute.Chain.JsonRpc;

/// <summary>JSON-RPC 2.0 over HTTP to one endpoint; every answer is bounded in size and in time before it is parsed.</summary>
internal sealed class JsonRpcClient : IDisposable
{
    private const int ResponseBytesMax = 16 * 1024 * 1024;
    private const int ErrorTextMax = 300;
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly JsonDocumentOptions Parsing = new() { MaxDepth = 16 };

    private readonly HttpClient _http;
    private readonly Uri _endpoint;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private int _id;

    /// <summary>Connects when the first request is made.</summary>
    /// <param name="endpoint">An http or https address.</param>
    /// <param name="timeout">The time that one request may take.</param>
    /// <param name="time">The clock of the timeout.</param>
    public JsonRpcClient(Uri endpoint, TimeSpan timeout, TimeProvider time)
    {
        _endpoint = endpoint;
        _timeout = timeout;
        _time = time;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseProxy = !endpoint.IsLoopback,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        _http = new HttpClient(handler) { Timeout = System.Threading.Timeout.InfiniteTimeSpan };
    }

    /// <summary>Calls a method and gives its result, which may be JSON null.</summary>
    /// <exception cref="ChainException">No answer in time, an answer that is not JSON-RPC, or an error.</exception>
    public async Task<JsonElement> Call(string method, JsonArray parameters, CancellationToken cancel)
    {
        using var timeout = new CancellationTokenSource(_timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancel);
        try
        {
            var body = await Post(method, parameters, either.Token).ConfigureAwait(false);
            return Result(method, body);
        }
        catch (OperationCanceledException e) when (timeout.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            throw new ChainException(ChainErrorKind.Timeout, $"{_endpoint} did not answer {method} in {_timeout}.", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new ChainException(ChainErrorKind.Unreachable, $"{_endpoint} cannot be reached: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<ReadOnlyMemory<byte>> Post(string method, JsonArray parameters, CancellationToken cancel)
    {
        var request = new JsonObject
        {
            ["jsonrpc"] = "2.0",
            ["id"] = Interlocked.Increment(ref _id),
            ["method"] = method,
            ["params"] = parameters,
        };
        using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(request));
        content.Headers.ContentType = Json;
        using var message = new HttpRequestMessage(HttpMethod.Post, _endpoint) { Content = content };
        using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancel).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
            throw new ChainException(ChainErrorKind.Unreachable, $"{_endpoint} answered {method} with HTTP {(int)response.StatusCode}.");
        return await Read(method, response, cancel).ConfigureAwait(false);
    }

    private async Task<ReadOnlyMemory<byte>> Read(string method, HttpResponseMessage response, CancellationToken cancel)
    {
        if (response.Content.Headers.ContentLength > ResponseBytesMax) throw TooLong(method);
        await using var stream = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        using var buffer = new MemoryStream();
        var chunk = new byte[64 * 1024];
        for (int read; (read = await stream.ReadAsync(chunk, cancel).ConfigureAwait(false)) > 0;)
        {
            if (buffer.Length + read > ResponseBytesMax) throw TooLong(method);
            buffer.Write(chunk, 0, read);
        }
        return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
    }

    private ChainException TooLong(string method) =>
        new(ChainErrorKind.Rejected, $"{_endpoint} answered {method} with more than {ResponseBytesMax} bytes.");

    private JsonElement Result(string method, ReadOnlyMemory<byte> body)
    {
        JsonElement answer;
        try
        {
            answer = JsonElement.Parse(body.Span, Parsing);
        }
        catch (JsonException e)
        {
            throw new ChainException(ChainErrorKind.Unreachable, $"{_endpoint} answered {method} with something other than JSON.", e);
        }
        if (answer.ValueKind == JsonValueKind.Object)
        {
            if (answer.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object) throw Failure(method, error);
            if (answer.TryGetProperty("result", out var result)) return result;
        }
        throw new ChainException(ChainErrorKind.Unreachable, $"{_endpoint} answered {method} with something other than JSON-RPC.");
    }

    /// <summary>Revert data wherever the endpoint gives them; otherwise the endpoint's own words, cut and without control characters.</summary>
    private ChainException Failure(string method, JsonElement error)
    {
        var text = error.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.String ? message.GetString()! : "no reason given";
        var reverted = text.Contains("revert", StringComparison.OrdinalIgnoreCase);
        if (reverted && error.TryGetProperty("data", out var data) && data.TryHex(out var bytes)) return RevertReason.Decode(bytes);
        if (reverted) return RevertReason.Decode([]);
        var clean = string.Concat(text.Take(ErrorTextMax).Where(c => !char.IsControl(c)));
        return new ChainException(ChainErrorKind.Rejected, $"{_endpoint} refused {method}: {clean}");
    }
}
