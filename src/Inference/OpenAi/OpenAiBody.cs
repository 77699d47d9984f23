using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace SwarmCompute.Inference;

/// <summary>Bodies of requests and answers: JSON, and server-sent events (WHATWG HTML, 9.2).</summary>
internal static class OpenAiBody
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task<ReadOnlyMemory<byte>> Read(HttpRequest request)
    {
        if (request.ContentLength > OpenAiEndpoints.RequestBytesMax) throw OpenAiException.TooLong(OpenAiEndpoints.RequestBytesMax);
        var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        while (await request.Body.ReadAsync(chunk, request.HttpContext.RequestAborted) is > 0 and var read)
        {
            if (buffer.Length + read > OpenAiEndpoints.RequestBytesMax) throw OpenAiException.TooLong(OpenAiEndpoints.RequestBytesMax);
            buffer.Write(chunk, 0, read);
        }
        return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
    }

    public static async Task Write(HttpContext context, int status, Action<Utf8JsonWriter> write)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Relaxed)) write(json);
        context.Response.ContentLength = buffer.WrittenCount;
        await context.Response.Body.WriteAsync(buffer.WrittenMemory, context.RequestAborted);
    }

    /// <summary>Sends an event; the first one begins the answer, until then a failure still has its own status.</summary>
    /// <param name="context">The request.</param>
    /// <param name="id">The event's id; null for one that cannot be gone on after.</param>
    /// <param name="write">Its data.</param>
    public static async Task Event(HttpContext context, string? id, Action<Utf8JsonWriter> write)
    {
        Begin(context.Response);
        var body = context.Response.BodyWriter;
        if (id is not null) body.Write(Encoding.ASCII.GetBytes($"id: {id}\n"));
        body.Write("data: "u8);
        using (var json = new Utf8JsonWriter(body, Relaxed)) write(json);
        body.Write("\n\n"u8);
        await body.FlushAsync(context.RequestAborted);
    }

    /// <summary>Sends the mark of the end.</summary>
    public static async Task Done(HttpContext context)
    {
        Begin(context.Response);
        context.Response.BodyWriter.Write("data: [DONE]\n\n"u8);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private static void Begin(HttpResponse response)
    {
        if (response.HasStarted) return;
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers.CacheControl = "no-cache";
        response.Headers["X-Accel-Buffering"] = "no";
    }
}
