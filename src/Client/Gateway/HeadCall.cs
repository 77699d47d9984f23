using System.Text.Json;
using Microsoft.AspNetCore.Http;
using SwarmCompute.Client.Inference;

namespace SwarmCompute.Client.Gateway;

/// <summary>Asks one head, and hands what it says to the client as it comes.</summary>
internal sealed class HeadCall(HttpContext context, GatewayRequest request, StreamedAnswer answer, GatewayOptions options)
{
    private const int ErrorBytesMax = 64 * 1024;
    private const int HeldBytesMax = 1024 * 1024;
    private const string GrammarNotFollowed = "grammar_not_followed";        // which the same tokens lead to at every head

    /// <summary>Asks it. What a lost head does is an outcome; what the client does cancels.</summary>
    public async Task<Attempt> Ask(ReplicaUse use, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel, use.HeadGone);
        var hasBegun = false;
        try
        {
            patience.CancelAfter(request.Method == HttpMethod.Get ? options.StallTimeout : options.AnswerTimeout);
            using var message = Message(use);
            using var response = await use.Replica.Http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            hasBegun = true;
            await using var body = await response.Content.ReadAsStreamAsync(patience.Token);
            if (!response.IsSuccessStatusCode) return Judge(response, await BoundedRead.All(body, ErrorBytesMax, patience.Token));
            return request.IsStreamed ? await Relay(body, use.Replica.Order, patience, cancel) : await Whole(response, body, use.Replica.Order, patience, cancel);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new Attempt.Broken(use.HeadGone.IsCancellationRequested ? "the head is replaced" : "the head fell silent", hasBegun);
        }
        catch (Exception lost) when (lost is HttpRequestException or IOException or SwarmException)
        {
            cancel.ThrowIfCancellationRequested();
            return new Attempt.Broken(lost.GetBaseException().Message.ReplaceLineEndings(" "), hasBegun || !IsUnreached(lost));
        }
    }

    private HttpRequestMessage Message(ReplicaUse use)
    {
        var message = new HttpRequestMessage(request.Method, new Uri(use.Head.Endpoint, request.Path));
        if (request.Method == HttpMethod.Get) return message;
        message.Content = new ReadOnlyMemoryContent(request.BodyAfter(answer.Tokens));
        message.Content.Headers.ContentType = new("application/json");
        return message;
    }

    private async Task<Attempt> Relay(Stream body, OrderId order, CancellationTokenSource patience, CancellationToken cancel)
    {
        await using var events = new SseReader(body);
        for (var isFirst = true; ; isFirst = false)
        {
            patience.CancelAfter(isFirst ? options.AnswerTimeout : options.StallTimeout);
            var data = await events.Next(patience.Token);
            patience.CancelAfter(Timeout.InfiniteTimeSpan);                  // how long the client takes is the client's affair
            switch (answer.Take(data))
            {
                case StreamStep.Tell tell:
                    await ClientReply.Event(context, tell.Data, order, cancel);
                    break;
                case StreamStep.Done:
                    await ClientReply.Event(context, data!, order, cancel);
                    return new Attempt.Told();
                case StreamStep.Failed failed:
                    return new Attempt.Refused(StatusCodes.Status500InternalServerError, failed.Error, IsFinal: CodeOf(failed.Error) == GrammarNotFollowed);
                case StreamStep.Wrong wrong:
                    return new Attempt.Broken(wrong.Reason, HasBegun: true);
            }
        }
    }

    /// <summary>Holds the answer back until it is there, so that it can be asked for again; a very long one is handed on as it comes.</summary>
    private async Task<Attempt> Whole(HttpResponseMessage response, Stream body, OrderId order, CancellationTokenSource patience, CancellationToken cancel)
    {
        using var held = new MemoryStream();
        var part = new byte[16 * 1024];
        while (await body.ReadAsync(part, patience.Token) is > 0 and var length)
        {
            held.Write(part, 0, length);
            if (held.Length <= HeldBytesMax) continue;
            ClientReply.Begin(context, (int)response.StatusCode, response.Content.Headers.ContentType?.ToString() ?? "application/json", order);
            await context.Response.Body.WriteAsync(held.GetBuffer().AsMemory(0, (int)held.Length), cancel);
            held.SetLength(0);
        }
        if (context.Response.HasStarted) await context.Response.Body.WriteAsync(held.GetBuffer().AsMemory(0, (int)held.Length), cancel);
        else await ClientReply.Object(context, (int)response.StatusCode, held.ToArray(), order, cancel);
        return new Attempt.Told();
    }

    private static Attempt Judge(HttpResponseMessage response, byte[] body)
    {
        var status = (int)response.StatusCode;
        if (status is 429 or 503) return new Attempt.Busy(response.Headers.RetryAfter?.Delta);
        return new Attempt.Refused(status, body, IsFinal: (status < 500 && status != 409) || CodeOf(body) == GrammarNotFollowed);
    }

    /// <summary>The code of an error object; null where there is none.</summary>
    private static string? CodeOf(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.GetProperty("error").GetProperty("code").GetString();
        }
        catch (Exception other) when (other is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    private static bool IsUnreached(Exception lost) =>
        lost is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError or HttpRequestError.NameResolutionError };
}
