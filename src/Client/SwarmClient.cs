using System.Collections.Immutable;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using SwarmCompute.Client.Inference;
using SwarmCompute.Client.Orders;
using SwarmCompute.Client.Providers;

namespace SwarmCompute.Client;

/// <summary>
/// Talks to a swarm: to any of its silos about orders, and straight to the head of an order's pipeline for answers. Only peers that the
/// authority certified are talked to. When a silo does not answer the next is asked; when a head is lost in the middle of an answer, the
/// answer goes on at the next head, at the very token where it stopped.
/// </summary>
public sealed class SwarmClient : IDisposable
{
    private const int AnswerBytesMax = 1024 * 1024;
    private const int ReportBytesMax = 8 * 1024 * 1024;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly SwarmClientOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;
    private int _silo;                                       // the one that answered last

    /// <summary>Takes the options; opens nothing yet.</summary>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    public SwarmClient(SwarmClientOptions options, TimeProvider? time = null)
    {
        if (options.Fault() is { } fault) throw new ArgumentException($"Cannot talk to the swarm: {fault}.", nameof(options));
        _options = options;
        _time = time ?? TimeProvider.System;
        _http = SwarmHttp.ForSilos(options.Root, options.RequestTimeout, _time);
    }

    /// <summary>The swarm as the first silo that answers sees it.</summary>
    /// <exception cref="SwarmException">No silo answered.</exception>
    public Task<SwarmView> GetSwarm(CancellationToken cancel) =>
        Ask(silo => Get(silo, "/v1/swarm"), AnswerBytesMax, (_, body) => Read(body, OrderJson.Swarm), cancel);

    /// <summary>Gives the swarm a manifest, so that the silos know what an order that commits to its hash asks for. May be repeated.</summary>
    /// <exception cref="SwarmException">No silo answered, or the manifest was refused.</exception>
    public Task PutManifest(Manifest manifest, CancellationToken cancel) => Ask(
        silo => new HttpRequestMessage(HttpMethod.Put, new Uri(silo, $"/v1/manifests/{manifest.Hash}")) { Content = new ByteArrayContent(manifest.ToCanonicalBytes()) },
        AnswerBytesMax, (status, _) => status == HttpStatusCode.NotFound ? throw new SwarmException(SwarmFailure.Refused, "the silo takes no manifests") : true, cancel);

    /// <summary>The manifest of this hash; null where the swarm does not have it.</summary>
    /// <exception cref="SwarmException">No silo answered, or what it gave is not the manifest of this hash.</exception>
    public Task<Manifest?> GetManifest(Hash32 hash, CancellationToken cancel) => Ask(
        silo => Get(silo, $"/v1/manifests/{hash}"), ManifestLimits.BytesMax,
        (status, body) => status == HttpStatusCode.NotFound ? null : ReadManifest(hash, body), cancel);

    /// <summary>What the swarm says about an order; null where it knows no such order (yet).</summary>
    /// <exception cref="SwarmException">No silo answered.</exception>
    public Task<OrderProgress?> GetOrder(OrderId order, CancellationToken cancel) => Ask(
        silo => Get(silo, $"/v1/orders/{order}"), AnswerBytesMax,
        (status, body) => status == HttpStatusCode.NotFound ? null : Read(body, OrderJson.Order), cancel);

    /// <summary>The signed integrity report of an order, as a file; null until there is one.</summary>
    /// <exception cref="SwarmException">No silo answered.</exception>
    public Task<byte[]?> GetReport(OrderId order, CancellationToken cancel) => Ask(
        silo => Get(silo, $"/v1/orders/{order}/report"), ReportBytesMax,
        (status, body) => status == HttpStatusCode.NotFound ? null : body, cancel);

    /// <summary>Hands a signed report to the swarm, which carries it to the chain: for when the guest that made it, or its silo, is gone.</summary>
    /// <exception cref="SwarmException">No silo answered, or the report is not one of the order's current head.</exception>
    public Task GiveReport(OrderId order, ReadOnlyMemory<byte> file, CancellationToken cancel) => Ask(
        silo => new HttpRequestMessage(HttpMethod.Put, new Uri(silo, $"/v1/orders/{order}/report")) { Content = new ReadOnlyMemoryContent(file) },
        AnswerBytesMax, (status, _) => status == HttpStatusCode.NotFound ? throw new SwarmException(SwarmFailure.Refused, $"the swarm does not know order {order}") : true, cancel);

    /// <summary>Says where an order's phases are announced, as its customer signed; it replaces what was said before.</summary>
    /// <exception cref="SwarmException">No silo answered, or the address or the signature was refused.</exception>
    public Task SetWebhook(WebhookRegistration webhook, CancellationToken cancel) => Ask(
        silo => new HttpRequestMessage(HttpMethod.Put, new Uri(silo, $"/v1/orders/{webhook.Order}/webhook")) { Content = new ByteArrayContent(webhook.ToJson()) },
        AnswerBytesMax, (status, _) => status == HttpStatusCode.NotFound ? throw new SwarmException(SwarmFailure.Refused, $"the swarm does not know order {webhook.Order}") : true, cancel);

    /// <summary>Moves a node, as its provider signed.</summary>
    /// <exception cref="SwarmException">No silo answered, or the node cannot move there, or another account is its provider.</exception>
    public Task MoveNode(NodeMove move, CancellationToken cancel) => Ask(
        silo => new HttpRequestMessage(HttpMethod.Put, new Uri(silo, $"/v1/nodes/{move.Node}/status")) { Content = new ByteArrayContent(move.ToJson()) },
        AnswerBytesMax, (status, _) => status == HttpStatusCode.NotFound ? throw new SwarmException(SwarmFailure.Refused, "the silo moves no nodes") : true, cancel);

    /// <summary>Asks again and again until the order is as wanted. Outages of silos are waited out.</summary>
    /// <param name="order">The order.</param>
    /// <param name="wanted">Says whether this is it.</param>
    /// <param name="timeout">The longest wait.</param>
    /// <param name="seen">Told of every answer on the way.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="SwarmException">The time is over; the message says how the order stands.</exception>
    public async Task<OrderProgress> WaitFor(
        OrderId order, Func<OrderProgress, bool> wanted, TimeSpan timeout, Action<OrderProgress>? seen, CancellationToken cancel)
    {
        var began = _time.GetTimestamp();
        var standing = "the swarm does not know it";
        while (_time.GetElapsedTime(began) < timeout)
        {
            try
            {
                if (await GetOrder(order, cancel) is { } progress)
                {
                    seen?.Invoke(progress);
                    if (wanted(progress)) return progress;
                    standing = progress.Why is { } why ? $"it is {progress.Status}: {why}" : $"it is {progress.Status}";
                }
            }
            catch (SwarmException outage) when (outage.Failure is SwarmFailure.Unreachable or SwarmFailure.Timeout)
            {
                standing = outage.Message;
            }
            await Task.Delay(Pause, _time, cancel);
        }
        throw new SwarmException(SwarmFailure.Timeout, $"order {order} is not as wanted after {timeout.TotalSeconds:0} s: {standing}");
    }

    /// <summary>
    /// Streams the answer to a prompt from the head of the order's pipeline. A stage that dies behind the head only makes the stream wait; when
    /// the head itself dies, the next head is asked to go on after the tokens that came, and the text is as if nothing had happened.
    /// </summary>
    /// <exception cref="SwarmException">The head refused the request, or the swarm offered no head within the recovery timeout.</exception>
    public async IAsyncEnumerable<CompletionEvent> Complete(
        OrderId order, CompletionRequest request, [EnumeratorCancellation] CancellationToken cancel)
    {
        var tokens = new List<int>();
        var broken = (string?)null;
        var brokenSince = _time.GetTimestamp();
        while (true)
        {
            var head = await FindHead(order, brokenSince, broken, cancel);
            if (broken is not null) yield return new CompletionEvent.Resumed(head, tokens.Count);
            var before = tokens.Count;
            using var http = SwarmHttp.ForHead(_options, order, _time);
            await using var stream = new HeadStream(http, head, request, _options.StallTimeout);
            string? reason = null;
            while (reason is null)
            {
                switch (await stream.Next(tokens, cancel))
                {
                    case StreamItem.Token token:
                        if (token.Index != tokens.Count)
                            throw new SwarmException(SwarmFailure.Protocol, $"the head sent token {token.Index} where {tokens.Count} was due");
                        tokens.Add(token.Id);
                        yield return new CompletionEvent.Token(token.Id, token.Index, token.Text);
                        break;
                    case StreamItem.Finished finished:
                        yield return new CompletionEvent.Finished(finished.Reason, finished.Text);
                        yield break;
                    case StreamItem.Broken lost:
                        reason = lost.Reason;
                        break;
                }
            }
            if (broken is null || tokens.Count > before)
            {
                brokenSince = _time.GetTimestamp();
                yield return new CompletionEvent.Interrupted(reason);
            }
            broken = reason;
            await Task.Delay(Pause, _time, cancel);
        }
    }

    /// <summary>
    /// The vectors of texts, from the head of the order's pipeline: of length 1, in the order of the texts. When the head dies, the next one is asked
    /// for those that did not come yet.
    /// </summary>
    /// <param name="order">The order.</param>
    /// <param name="texts">At least one, and no empty one; each must fit into the context of the order's sessions.</param>
    /// <param name="cancel">Gives it up.</param>
    /// <exception cref="ArgumentException">There is no text, or an empty one.</exception>
    /// <exception cref="SwarmException">The head refused a text, or the swarm offered no head within the recovery timeout.</exception>
    public async Task<ImmutableArray<ImmutableArray<float>>> Embed(OrderId order, ImmutableArray<string> texts, CancellationToken cancel)
    {
        if (texts.IsDefaultOrEmpty || texts.Any(string.IsNullOrEmpty)) throw new ArgumentException("Give at least one text, and no empty one.", nameof(texts));
        var vectors = ImmutableArray.CreateBuilder<ImmutableArray<float>>(texts.Length);
        var broken = (string?)null;
        var brokenSince = _time.GetTimestamp();
        while (vectors.Count < texts.Length)
        {
            var head = await FindHead(order, brokenSince, broken, cancel);
            using var http = SwarmHttp.ForHead(_options, order, _time);
            var before = vectors.Count;
            var reason = await Embed(new HeadEmbeddings(http, head, _options.StallTimeout), texts, vectors, cancel);
            if (reason is null) break;
            if (broken is null || vectors.Count > before) brokenSince = _time.GetTimestamp();
            broken = reason;
            await Task.Delay(Pause, _time, cancel);
        }
        return vectors.MoveToImmutable();
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>Adds the vectors that one head gives; null, or why it gives no more.</summary>
    private static async Task<string?> Embed(
        HeadEmbeddings head, ImmutableArray<string> texts, ImmutableArray<ImmutableArray<float>>.Builder vectors, CancellationToken cancel)
    {
        while (vectors.Count < texts.Length)
        {
            var step = await head.Ask([.. texts.Skip(vectors.Count).Take(HeadEmbeddings.TextsMax)], cancel);
            if (step is EmbeddingStep.Broken lost) return lost.Reason;
            vectors.AddRange(((EmbeddingStep.Vectors)step).All);
        }
        return null;
    }

    private async Task<Head> FindHead(OrderId order, long since, string? broken, CancellationToken cancel)
    {
        var left = _options.RecoveryTimeout - _time.GetElapsedTime(since);
        if (left <= TimeSpan.Zero)
            throw new SwarmException(SwarmFailure.Timeout, $"no head of order {order} goes on with the answer for {_options.RecoveryTimeout.TotalSeconds:0} s; at last: {broken}");
        try
        {
            var progress = await WaitFor(order, p => p.IsOver || p.Head is { Ready: true }, left, null, cancel);
            if (progress.Head is { Ready: true } head && !progress.IsOver) return head;
            throw new SwarmException(SwarmFailure.Refused, $"order {order} is {progress.Status} and answers no more prompts");
        }
        catch (SwarmException late) when (late.Failure == SwarmFailure.Timeout && broken is not null)
        {
            throw new SwarmException(SwarmFailure.Timeout, $"the answer broke off ({broken}), and {late.Message}", late);
        }
    }

    /// <summary>Asks the silos in turn, beginning with the one that answered last; the first that answers is believed.</summary>
    private async Task<T> Ask<T>(Func<Uri, HttpRequestMessage> request, int bytesMax, Func<HttpStatusCode, byte[], T> answer, CancellationToken cancel)
    {
        var failures = new List<string>();
        for (var attempt = 0; attempt < _options.Silos.Length; attempt++)
        {
            var index = (_silo + attempt) % _options.Silos.Length;
            var silo = _options.Silos[index];
            try
            {
                using var message = request(silo);
                var (status, body) = await Send(message, bytesMax, cancel);
                _silo = index;
                if ((int)status is < 300 or 404) return answer(status, body);
                throw new SwarmException(SwarmFailure.Refused, OrderJson.Error(body) ?? $"{silo} answered {(int)status}");
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                failures.Add($"{silo}: no answer within {_options.RequestTimeout.TotalSeconds:0.#} s");
            }
            catch (HttpRequestException lost)
            {
                failures.Add($"{silo}: {lost.GetBaseException().Message}");
            }
            catch (IOException lost)
            {
                failures.Add($"{silo}: {lost.Message}");
            }
        }
        throw new SwarmException(SwarmFailure.Unreachable, $"no silo answers ({string.Join("; ", failures)})");
    }

    private async Task<(HttpStatusCode Status, byte[] Body)> Send(HttpRequestMessage message, int bytesMax, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(_options.RequestTimeout);
        using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        await using var body = await response.Content.ReadAsStreamAsync(patience.Token);
        var bytes = await BoundedRead.All(body, bytesMax, patience.Token);
        if (response.StatusCode is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout or HttpStatusCode.InternalServerError)
            throw new HttpRequestException(OrderJson.Error(bytes) ?? $"it answered {(int)response.StatusCode}");
        return (response.StatusCode, bytes);
    }

    private static Manifest ReadManifest(Hash32 hash, byte[] body)
    {
        if (Hash32.Sha256(body) != hash) throw new SwarmException(SwarmFailure.Protocol, $"a silo gave another manifest than {hash}");
        try
        {
            return Manifest.Parse(body);
        }
        catch (ManifestException wrong)
        {
            throw new SwarmException(SwarmFailure.Protocol, $"the manifest {hash} cannot be read: {wrong.Message}", wrong);
        }
    }

    private static HttpRequestMessage Get(Uri silo, string path) => new(HttpMethod.Get, new Uri(silo, path));

    private static T Read<T>(byte[] body, Func<JsonElement, T> read)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return read(json.RootElement);
        }
        catch (Exception wrong) when (wrong is JsonException or FormatException or InvalidOperationException or KeyNotFoundException or UriFormatException)
        {
            throw new SwarmException(SwarmFailure.Protocol, $"a silo sent an answer that cannot be read: {wrong.Message.ReplaceLineEndings(" ")}", wrong);
        }
    }
}
