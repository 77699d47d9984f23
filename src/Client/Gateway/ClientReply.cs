using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace SwarmCompute.Client.Gateway;

/// <summary>Writes to the gateway's client. Each write waits until the client takes it.</summary>
internal static class ClientReply
{
    /// <summary>The header that names the order which answered first.</summary>
    public const string OrderHeader = "x-swarm-order";

    private const string JsonType = "application/json; charset=utf-8", EventType = "text/event-stream; charset=utf-8";

    /// <summary>Begins an answer.</summary>
    public static void Begin(HttpContext context, int status, string type, OrderId order)
    {
        if (context.Response.HasStarted) return;
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        context.Response.Headers[OrderHeader] = order.ToString();
    }

    /// <summary>Sends an event; the first one begins the answer.</summary>
    public static async Task Event(HttpContext context, string data, OrderId order, CancellationToken cancel)
    {
        if (!context.Response.HasStarted)
        {
            Begin(context, StatusCodes.Status200OK, EventType, order);
            context.Response.Headers.CacheControl = "no-cache";
        }
        await Event(context, data, cancel);
    }

    /// <summary>Sends what a head gave: its answer, or an error object, which is an event where the answer has begun.</summary>
    public static async Task Object(HttpContext context, int status, byte[] body, OrderId order, CancellationToken cancel)
    {
        if (context.Response.HasStarted)
        {
            await Fail(context, Encoding.UTF8.GetString(body), cancel);
            return;
        }
        Begin(context, status, JsonType, order);
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, cancel);
    }

    /// <summary>Tells of a fault: with its status, or, where a stream has begun, as its last event.</summary>
    public static async Task Error(HttpContext context, GatewayException fault, CancellationToken cancel)
    {
        var error = JsonSerializer.Serialize(new { error = new { message = fault.Message, type = fault.Type, param = (string?)null, code = fault.Code } });
        if (context.Response.HasStarted)
        {
            await Fail(context, error, cancel);
            return;
        }
        context.Response.StatusCode = fault.Status;
        context.Response.ContentType = JsonType;
        if (fault.RetryAfter is { } wait) context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        if (fault.Status == StatusCodes.Status401Unauthorized) context.Response.Headers.WWWAuthenticate = "Bearer";
        await context.Response.WriteAsync(error, cancel);
    }

    private static Task Fail(HttpContext context, string error, CancellationToken cancel)
    {
        if (context.Response.ContentType == EventType) return Event(context, error.ReplaceLineEndings(" "), cancel);
        context.Abort();                                                     // half of a whole answer: it must not look complete
        return Task.CompletedTask;
    }

    private static async Task Event(HttpContext context, string data, CancellationToken cancel)
    {
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes($"data: {data}\n\n"), cancel);
        await context.Response.Body.FlushAsync(cancel);
    }
}
