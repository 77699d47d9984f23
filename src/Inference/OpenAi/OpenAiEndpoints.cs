using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace SwarmCompute.Inference;

/// <summary>
/// The OpenAI API of a head: <c>GET /v1/models</c>, <c>POST /v1/completions</c> and <c>POST /v1/chat/completions</c>, streamed or whole,
/// and <c>POST /v1/embeddings</c>.
/// </summary>
/// <remarks>
/// Differences from OpenAI's own (docs/inference-api.md has all of them): <c>temperature</c> is 0 and <c>seed</c> is 0 where not given, so that the
/// same request has the same answer; <c>top_k</c>, <c>min_p</c>, <c>repeat_penalty</c> and <c>grammar</c> are understood; every streamed token
/// carries <c>"swarm":{"token":id,"index":i}</c> and an event id, and the same request is continued after the event that <c>Last-Event-ID</c>
/// names, at its own head or the next one, or, at any head, after the tokens of <c>"swarm":{"resume_tokens":[ids]}</c>: only the rest is sent.
/// </remarks>
public static class OpenAiEndpoints
{
    /// <summary>The most bytes of a request: 1 MiB.</summary>
    public const int RequestBytesMax = 1024 * 1024;

    /// <summary>Adds the endpoints for one model.</summary>
    public static IEndpointRouteBuilder MapOpenAi(this IEndpointRouteBuilder routes, OpenAiModel model)
    {
        var service = new OpenAiService(model);
        routes.MapGet("/v1/models", context => Guarded(context, () => OpenAiBody.Write(context, 200, json => OpenAiAnswer.Models(json, model))));
        routes.MapGet("/v1/models/{**id}", context => Guarded(context, () => Model(context, model)));
        routes.MapPost("/v1/completions", context => Guarded(context, () => service.Complete(context, chat: false)));
        routes.MapPost("/v1/chat/completions", context => Guarded(context, () => service.Complete(context, chat: true)));
        var embeddings = new OpenAiEmbeddings(model);
        routes.MapPost("/v1/embeddings", context => Guarded(context, () => embeddings.Embed(context)));
        return routes;
    }

    private static Task Model(HttpContext context, OpenAiModel model)
    {
        var id = (string)context.Request.RouteValues["id"]!;
        return model.IsNamed(id) ? OpenAiBody.Write(context, 200, json => OpenAiAnswer.Model(json, model)) : throw OpenAiException.NoModel(id);
    }

    /// <summary>Turns what may go wrong into an error object: with its status, or, where the stream has begun, as its last event.</summary>
    private static async Task Guarded(HttpContext context, Func<Task> serve)
    {
        try
        {
            await serve();
        }
        catch (OperationCanceledException)
        {
            context.Abort();                                                 // the client has gone, or came back by another connection; its session is free
        }
        catch (Exception fault) when (OpenAiException.From(fault) is { } known)
        {
            await Refuse(context, known);
        }
    }

    private static async Task Refuse(HttpContext context, OpenAiException fault)
    {
        if (context.Response.HasStarted)
        {
            await OpenAiBody.Event(context, null, json => OpenAiAnswer.Error(json, fault));
            return;
        }
        if (fault.Status is 429 or 503) context.Response.Headers.RetryAfter = 1.ToString(CultureInfo.InvariantCulture);
        await OpenAiBody.Write(context, fault.Status, json => OpenAiAnswer.Error(json, fault));
    }
}
