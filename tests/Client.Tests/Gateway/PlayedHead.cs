using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace SwarmCompute.Client.Tests.Gateway;

/// <summary>Answers as a head does: the same request has the same eight tokens, and only what follows those it is given is told.</summary>
internal sealed class PlayedHead(string name)
{
    public const int Tokens = 8;
    public const string Text = "t0t1t2t3t4t5t6t7";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The bodies that it was asked with.</summary>
    public ConcurrentQueue<JsonNode> Asked { get; } = [];

    /// <summary>Breaks off after that many of an answer's tokens; null: never.</summary>
    public int? BreaksAfter { get; init; }

    /// <summary>Whether it ends the stream when it breaks off, so that all tokens arrive; a connection that is cut may take some of them back.</summary>
    public bool EndsStream { get; init; }

    /// <summary>Is called when it breaks off.</summary>
    public Action Broke { get; init; } = () => { };

    public async Task Answer(HttpContext context)
    {
        var body = (await JsonNode.ParseAsync(context.Request.Body, cancellationToken: Cancel))!;
        Asked.Enqueue(body);
        if (body["stream"]?.GetValue<bool>() == true) await Stream(context, body);
        else await Whole(context);
    }

    private async Task Whole(HttpContext context)
    {
        var answer = new JsonObject { ["id"] = name, ["choices"] = new JsonArray(new JsonObject { ["text"] = Text, ["finish_reason"] = "length" }) }.ToJsonString();
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = answer.Length;
        await context.Response.WriteAsync(BreaksAfter is { } some ? answer[..some] : answer, Cancel);
        if (BreaksAfter is not null) await BreakOff(context);
    }

    private async Task Stream(HttpContext context, JsonNode body)
    {
        context.Response.ContentType = "text/event-stream";
        var resume = body["swarm"]?["resume_tokens"]?.AsArray().Select(t => t!.GetValue<int>()).ToArray() ?? [];
        Assert.Equal(Enumerable.Range(100, resume.Length), resume);
        for (var index = resume.Length; index < Tokens; index++)
        {
            if (index == BreaksAfter)
            {
                await BreakOff(context);
                return;
            }
            await Tell(context, Piece($"t{index}", null, new { token = 100 + index, index }));
        }
        await Tell(context, Piece("", "length", null));
        if (body["stream_options"] is not null) await Tell(context, JsonSerializer.Serialize(new { id = name, created = Created, choices = Array.Empty<int>(), usage = new { completion_tokens = Tokens } }));
        await Tell(context, "[DONE]");
    }

    private int Created => name.Sum(c => c);

    private string Piece(string text, string? reason, object? swarm)
    {
        var piece = JsonSerializer.SerializeToNode(new { id = name, created = Created, choices = new[] { new { index = 0, text, finish_reason = reason } } })!;
        if (swarm is not null) piece["swarm"] = JsonSerializer.SerializeToNode(swarm);
        return piece.ToJsonString();
    }

    private static async Task Tell(HttpContext context, string data)
    {
        await context.Response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"id: x\ndata: {data}\n\n"), context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    private async Task BreakOff(HttpContext context)
    {
        await context.Response.Body.FlushAsync(Cancel);
        Broke();
        if (!EndsStream) context.Abort();
    }
}
