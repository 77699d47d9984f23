using System.Text.Json;
using SwarmCompute.Client.Orders;

namespace SwarmCompute.Client.Inference;

/// <summary>An answer as it streams from one head, until it is finished or the head breaks off.</summary>
internal sealed class HeadStream(HttpClient http, Head head, CompletionRequest request, TimeSpan stallTimeout) : IAsyncDisposable
{
    private const int ErrorBytesMax = 64 * 1024;

    private HttpResponseMessage? _response;
    private Stream? _body;
    private SseReader? _events;
    private string? _finishReason;
    private string _tail = "";

    /// <summary>The next step. What a lost head does (a refused connection, a reset, silence) is <see cref="StreamItem.Broken"/>; what is wrong
    /// with the request or the answer throws.</summary>
    /// <exception cref="SwarmException">The head refused the request, or breaks the protocol.</exception>
    public async Task<StreamItem> Next(IReadOnlyCollection<int> resume, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(stallTimeout);
        try
        {
            if (_events is null && await Open(resume, patience.Token) is { } broken) return broken;
            return await Read(patience.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new StreamItem.Broken($"no token for {stallTimeout.TotalSeconds:0} s");
        }
        catch (HttpRequestException refused) when (refused.InnerException is SwarmException why)
        {
            throw new SwarmException(why.Failure, why.Message, refused);
        }
        catch (Exception lost) when (lost is HttpRequestException or IOException)
        {
            return new StreamItem.Broken(OneLine(lost));
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_events is not null) await _events.DisposeAsync();
        if (_body is not null) await _body.DisposeAsync();
        _response?.Dispose();
    }

    private async Task<StreamItem.Broken?> Open(IReadOnlyCollection<int> resume, CancellationToken cancel)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(head.Endpoint, request.Path)) { Content = new ByteArrayContent(request.ToJson(resume)) };
        message.Content.Headers.ContentType = new("application/json");
        _response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancel);
        _body = await _response.Content.ReadAsStreamAsync(cancel);
        if (!_response.IsSuccessStatusCode)
        {
            var status = (int)_response.StatusCode;
            var why = OrderJson.Error(await BoundedRead.All(_body, ErrorBytesMax, cancel)) ?? $"the head answered {status}";
            if (status >= 500 || status is 409 or 429) return new StreamItem.Broken(why);
            throw new SwarmException(SwarmFailure.Refused, why);
        }
        _events = new SseReader(_body);
        return null;
    }

    private async Task<StreamItem> Read(CancellationToken cancel)
    {
        while (true)
        {
            var data = await _events!.Next(cancel);
            if (data is null) return new StreamItem.Broken("the head ended the stream before the answer was complete");
            if (data == "[DONE]")
            {
                return _finishReason is not null
                    ? new StreamItem.Finished(_finishReason, _tail)
                    : throw new SwarmException(SwarmFailure.Protocol, "the head ended the answer without a reason");
            }
            if (Parse(data) is { } item) return item;
        }
    }

    private StreamItem? Parse(string data)
    {
        try
        {
            using var json = JsonDocument.Parse(data);
            if (json.RootElement.TryGetProperty("error", out _))
                return new StreamItem.Broken(OrderJson.Error(System.Text.Encoding.UTF8.GetBytes(data)) ?? "the head reports an error");
            var text = "";
            if (json.RootElement.TryGetProperty("choices", out var choices) && choices.GetArrayLength() > 0) text = Choice(choices[0]);
            if (json.RootElement.TryGetProperty("swarm", out var swarm) && swarm.ValueKind == JsonValueKind.Object && swarm.TryGetProperty("token", out var token))
                return new StreamItem.Token(token.GetInt32(), swarm.GetProperty("index").GetInt32(), text);
            _tail += text;
            return null;
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new SwarmException(SwarmFailure.Protocol, $"the head sent an event that cannot be read: {OneLine(wrong)}", wrong);
        }
    }

    private string Choice(JsonElement choice)
    {
        if (choice.TryGetProperty("finish_reason", out var reason) && reason.ValueKind == JsonValueKind.String) _finishReason = reason.GetString();
        if (choice.TryGetProperty("text", out var text)) return text.GetString() ?? "";
        return choice.TryGetProperty("delta", out var delta) && delta.TryGetProperty("content", out var content) ? content.GetString() ?? "" : "";
    }

    private static string OneLine(Exception wrong)
    {
        var innermost = wrong.GetBaseException();
        return innermost.Message.ReplaceLineEndings(" ");
    }
}
