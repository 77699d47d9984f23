using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace SwarmCompute.Inference;

/// <summary>
/// The OpenAI API of a head: <c>GET /v1/models</c>, <c>POST /v1/completions</c> and <c>POST /v1/chat/completions</c>, streamed or whole.
/// </summary>
/// <remarks>
/// Differences from OpenAI's own: <c>temperature</c> is 0 and <c>seed</c> is 0 where not given, so that the same request has the same answer;
/// <c>repeat_penalty</c> is understood; every streamed token carries <c>"swarm":{"token":id,"index":i}</c>, and a request may carry
/// <c>"swarm":{"resume_tokens":[ids]}</c>: the answer is continued after those tokens, and only the rest of it is sent. Ask for the rest with
/// the same parameters.
/// </remarks>
public static class OpenAiEndpoints
{
    /// <summary>The most bytes of a request: 1 MiB.</summary>
    public const int RequestBytesMax = 1024 * 1024;

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Adds the endpoints for one model.</summary>
    public static IEndpointRouteBuilder MapOpenAi(this IEndpointRouteBuilder routes, OpenAiModel model)
    {
        routes.MapGet("/v1/models", context => Guarded(context, () => Write(context, 200, json => OpenAiAnswer.Models(json, model))));
        routes.MapGet("/v1/models/{**id}", context => Guarded(context, () => Model(context, model)));
        routes.MapPost("/v1/completions", context => Guarded(context, () => Complete(context, model, chat: false)));
        routes.MapPost("/v1/chat/completions", context => Guarded(context, () => Complete(context, model, chat: true)));
        return routes;
    }

    private static Task Model(HttpContext context, OpenAiModel model)
    {
        var id = (string)context.Request.RouteValues["id"]!;
        return model.IsNamed(id) ? Write(context, 200, json => OpenAiAnswer.Model(json, model)) : throw OpenAiException.NoModel(id);
    }

    private static async Task Complete(HttpContext context, OpenAiModel model, bool chat)
    {
        var request = new OpenAiRequestReader(model).Read(await Body(context.Request), chat);
        var generation = new OpenAiGeneration(model, request);
        var id = (chat ? "chatcmpl-" : "cmpl-") + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));
        var answer = new OpenAiAnswer(model, request, id);
        await (request.Stream ? Stream(context, request, generation, answer) : Whole(context, generation, answer));
    }

    private static async Task Whole(HttpContext context, OpenAiGeneration generation, OpenAiAnswer answer)
    {
        var (text, finish) = (new StringBuilder(), "length");
        await foreach (var piece in generation.Pieces(context.RequestAborted))
        {
            text.Append(piece.Text);
            finish = piece.Finish ?? finish;
        }
        await Write(context, 200, json => answer.Whole(json, text.ToString(), finish, generation.PromptTokens, generation.CompletionTokens));
    }

    private static async Task Stream(HttpContext context, OpenAiRequest request, OpenAiGeneration generation, OpenAiAnswer answer)
    {
        await foreach (var (text, token, finish) in generation.Pieces(context.RequestAborted))
        {
            if (!context.Response.HasStarted)                                // until the first token a failure still has its own status
            {
                context.Response.ContentType = "text/event-stream; charset=utf-8";
                context.Response.Headers.CacheControl = "no-cache";
                context.Response.Headers["X-Accel-Buffering"] = "no";
            }
            await Event(context, json => answer.Piece(json, text, token, finish));
        }
        if (request.StreamUsage) await Event(context, json => answer.UsagePiece(json, generation.PromptTokens, generation.CompletionTokens));
        context.Response.BodyWriter.Write("data: [DONE]\n\n"u8);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private static async Task Event(HttpContext context, Action<Utf8JsonWriter> write)
    {
        var body = context.Response.BodyWriter;
        body.Write("data: "u8);
        using (var json = new Utf8JsonWriter(body, Relaxed)) write(json);
        body.Write("\n\n"u8);
        await body.FlushAsync(context.RequestAborted);
    }

    private static async Task Write(HttpContext context, int status, Action<Utf8JsonWriter> write)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Relaxed)) write(json);
        context.Response.ContentLength = buffer.WrittenCount;
        await context.Response.Body.WriteAsync(buffer.WrittenMemory, context.RequestAborted);
    }

    private static async Task<ReadOnlyMemory<byte>> Body(HttpRequest request)
    {
        if (request.ContentLength > RequestBytesMax) throw OpenAiException.TooLong(RequestBytesMax);
        var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        while (await request.Body.ReadAsync(chunk, request.HttpContext.RequestAborted) is > 0 and var read)
        {
            if (buffer.Length + read > RequestBytesMax) throw OpenAiException.TooLong(RequestBytesMax);
            buffer.Write(chunk, 0, read);
        }
        return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
    }

    /// <summary>Turns what may go wrong into an error object: with its status, or, where the stream has begun, as its last event.</summary>
    private static async Task Guarded(HttpContext context, Func<Task> serve)
    {
        try
        {
            await serve();
        }
        catch (OpenAiException fault)
        {
            await Refuse(context, fault);
        }
        catch (PipelineException fault)
        {
            await Refuse(context, OpenAiException.Of(fault));
        }
        catch (BadHttpRequestException fault)
        {
            await Refuse(context, new OpenAiException(fault.StatusCode, "invalid_request_error", fault.Message));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Abort();                                                 // the client has gone; its session is free
        }
    }

    private static async Task Refuse(HttpContext context, OpenAiException fault)
    {
        if (context.Response.HasStarted)
        {
            await Event(context, json => OpenAiAnswer.Error(json, fault));
            return;
        }
        if (fault.Status is 429 or 503) context.Response.Headers.RetryAfter = 1.ToString(CultureInfo.InvariantCulture);
        await Write(context, fault.Status, json => OpenAiAnswer.Error(json, fault));
    }
}
