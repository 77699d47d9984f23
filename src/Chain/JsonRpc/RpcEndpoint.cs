using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using SwarmCompute.Chain.Abi;

namespace SwarmCompute.Chain.JsonRpc;

/// <summary>JSON-RPC 2.0 over HTTP to one endpoint: every answer is bounded in size and in time before it is parsed, and must carry its request's id.</summary>
internal sealed class RpcEndpoint : IDisposable
{
    private const int ErrorTextMax = 300;
    private const int ConnectionsMax = 16;
    private const int FirstPiece = 16 * 1024;
    private const int LargestPiece = 1024 * 1024;
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly HttpClient _http;
    private readonly RpcLimits _limits;
    private readonly TimeProvider _time;
    private readonly TokenBucket _bucket;
    private long _id;

    /// <summary>Connects when the first request is made.</summary>
    /// <param name="address">An http or https address.</param>
    /// <param name="limits">What it may cost.</param>
    /// <param name="time">The clock of timeout and rate.</param>
    public RpcEndpoint(Uri address, RpcLimits limits, TimeProvider time)
    {
        (Address, _limits, _time) = (address, limits, time);
        Name = address.GetLeftPart(UriPartial.Authority);
        Health = new RpcHealth(time);
        _bucket = new TokenBucket(limits.RequestsPerSecond, time);
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseProxy = !address.IsLoopback,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            MaxConnectionsPerServer = ConnectionsMax,
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
            ConnectTimeout = limits.Timeout < ConnectTimeout ? limits.Timeout : ConnectTimeout,
        })
        { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Where it is.</summary>
    public Uri Address { get; }

    /// <summary>Its address without path and query, which may hold a key.</summary>
    public string Name { get; }

    /// <summary>What was seen of it.</summary>
    public RpcHealth Health { get; }

    /// <summary>Whether its rate allows a request now.</summary>
    public bool HasToken => _bucket.HasToken;

    /// <summary>Puts a request, once, and gives its result, which may be JSON null.</summary>
    /// <exception cref="ChainException">No answer in time, an answer that is not JSON-RPC, or an error.</exception>
    public Task<RpcBody> Call(RpcRequest request, CancellationToken cancel) => Call(request, _limits.Timeout, cancel);

    /// <summary>As above, in a time of its own.</summary>
    public async Task<RpcBody> Call(RpcRequest request, TimeSpan within, CancellationToken cancel)
    {
        Health.Asked();
        var settled = false;
        try
        {
            if (_bucket.Take() is var wait && wait > TimeSpan.Zero) await Task.Delay(wait, _time, cancel).ConfigureAwait(false);
            var started = _time.GetTimestamp();
            var body = await InTime(request, within, cancel).ConfigureAwait(false);
            Health.Answered(request.Method, _time.GetElapsedTime(started));
            settled = true;
            return body;
        }
        catch (ChainException e)
        {
            Note(request, e);
            settled = true;
            throw;
        }
        finally
        {
            if (!settled) Health.GivenUp();
        }
    }

    /// <summary>Puts a request, once.</summary>
    /// <exception cref="ChainException">As above.</exception>
    public async Task<JsonElement> Call(string method, JsonArray parameters, CancellationToken cancel)
    {
        using var body = await Call(RpcRequest.Of(method, parameters), cancel).ConfigureAwait(false);
        return body.ToElement();
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private void Note(RpcRequest request, ChainException e)
    {
        if (e.Kind is ChainErrorKind.Unreachable or ChainErrorKind.Timeout) Health.Failed();
        else if (e.Kind == ChainErrorKind.RateLimited) Health.Limited(e.InnerException is null ? request.Method : null, e.RetryAfter);
        else Health.Answered(request.Method, Health.Latency);
    }

    private async Task<RpcBody> InTime(RpcRequest request, TimeSpan within, CancellationToken cancel)
    {
        using var timeout = new CancellationTokenSource(within, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancel);
        try
        {
            return await Post(request, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new ChainException(ChainErrorKind.Timeout, $"{Name} did not answer {request.Method} in {within}.", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new ChainException(ChainErrorKind.Unreachable, $"{Name} cannot be reached: {OneLine(e.Message)}", e);
        }
    }

    private async Task<RpcBody> Post(RpcRequest request, CancellationToken cancel)
    {
        var id = Interlocked.Increment(ref _id);
        using var content = new ByteArrayContent(request.ToBytes(id));
        content.Headers.ContentType = Json;
        using var message = new HttpRequestMessage(HttpMethod.Post, Address) { Content = content };
        if (Address.Scheme == Uri.UriSchemeHttps) (message.Version, message.VersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionOrLower);
        using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancel).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode) throw Refused(request, response);

        var (buffer, length) = await Read(request, response, cancel).ConfigureAwait(false);
        try
        {
            return Result(request, id, buffer, length);
        }
        catch (ChainException)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    /// <summary>Reads all of the answer, piece by piece, into one buffer of the pool.</summary>
    private async Task<(byte[] Buffer, int Length)> Read(RpcRequest request, HttpResponseMessage response, CancellationToken cancel)
    {
        if (response.Content.Headers.ContentLength > _limits.AnswerBytesMax) throw TooLong(request);
        await using var stream = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        var pieces = new List<(byte[] Bytes, int Length)>();
        try
        {
            for (var total = 0; ;)
            {
                var size = Math.Min(Math.Max(FirstPiece, total), LargestPiece);
                var piece = ArrayPool<byte>.Shared.Rent(size);
                pieces.Add((piece, 0));
                var read = await stream.ReadAtLeastAsync(piece.AsMemory(0, size), size, throwOnEndOfStream: false, cancel).ConfigureAwait(false);
                pieces[^1] = (piece, read);
                total += read;
                if (total > _limits.AnswerBytesMax) throw TooLong(request);
                if (read < size) return (Joined(pieces, total), total);
            }
        }
        finally
        {
            foreach (var (bytes, _) in pieces) ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private static byte[] Joined(List<(byte[] Bytes, int Length)> pieces, int total)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(total);
        var at = 0;
        foreach (var (bytes, length) in pieces)
        {
            bytes.AsSpan(0, length).CopyTo(buffer.AsSpan(at));
            at += length;
        }
        return buffer;
    }

    private RpcBody Result(RpcRequest request, long id, byte[] buffer, int length)
    {
        RpcEnvelope answer;
        try
        {
            answer = RpcEnvelope.Read(buffer.AsSpan(0, length));
        }
        catch (JsonException e)
        {
            throw new ChainException(ChainErrorKind.Unreachable, $"{Name} answered {request.Method} with something other than JSON-RPC in JSON.", e);
        }
        if (answer.Error is { } error && (answer.Id is null || answer.Id == id)) throw Failure(request, JsonElement.Parse(buffer.AsSpan()[error]));
        if (answer.Result is not { } result) throw new ChainException(ChainErrorKind.Unreachable, $"{Name} answered {request.Method} with something other than JSON-RPC.");
        if (answer.Id != id) throw new ChainException(ChainErrorKind.Unreachable, $"{Name} answered {request.Method} with the id of another request.");
        var (start, count) = result.GetOffsetAndLength(length);
        return new RpcBody(buffer, start, count);
    }

    private ChainException TooLong(RpcRequest request) => new(
        request.Method == "eth_getLogs" ? ChainErrorKind.RangeTooLarge : ChainErrorKind.Rejected,
        $"{Name} answered {request.Method} with more than {_limits.AnswerBytesMax} bytes.");

    /// <summary>A status of HTTP; its inner exception tells a limit of the whole endpoint from that of a method.</summary>
    private ChainException Refused(RpcRequest request, HttpResponseMessage response)
    {
        var text = $"{Name} answered {request.Method} with HTTP {(int)response.StatusCode}.";
        var status = new HttpRequestException(null, null, response.StatusCode);
        var wait = response.Headers.RetryAfter is { } after ? after.Delta ?? after.Date - _time.GetUtcNow() : null;
        return response.StatusCode == HttpStatusCode.TooManyRequests || (response.StatusCode == HttpStatusCode.ServiceUnavailable && wait is not null)
            ? new ChainException(ChainErrorKind.RateLimited, text, status) { RetryAfter = wait > TimeSpan.Zero ? wait : null }
            : new ChainException(ChainErrorKind.Unreachable, text, status);
    }

    /// <summary>Revert data wherever the endpoint gives them; otherwise the endpoint's own words, cut and without control characters.</summary>
    private ChainException Failure(RpcRequest request, JsonElement error)
    {
        var isObject = error.ValueKind == JsonValueKind.Object;
        var text = isObject && error.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.String ? message.GetString()! : "no reason given";
        var code = isObject && error.TryGetProperty("code", out var number) && number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out var value) ? value : 0;
        if (text.Contains("revert", StringComparison.OrdinalIgnoreCase))
            return RevertReason.Decode(isObject && error.TryGetProperty("data", out var data) && data.TryHex(out var bytes) ? bytes : []);
        var (kind, range) = RpcErrors.Classify(request.Method, code, text);
        return new ChainException(kind, $"{Name} refused {request.Method}: {OneLine(text)}") { SuggestedRange = range };
    }

    private static string OneLine(string text) => string.Concat(text.Take(ErrorTextMax).Where(c => !char.IsControl(c)));
}
