using System.Text.Json.Nodes;

namespace SwarmCompute.Client.Tests.Gateway;

/// <summary>A streamed answer as a client reads it.</summary>
/// <param name="Pieces">The events' objects, without the mark of the end.</param>
/// <param name="IsDone">Whether the mark of the end came, last.</param>
internal sealed record StreamedText(IReadOnlyList<JsonNode> Pieces, bool IsDone)
{
    public string Text => string.Concat(Pieces.SelectMany(p => p["choices"]?.AsArray() ?? []).Select(c => c!["text"]!.GetValue<string>()));

    public string? ErrorCode => Pieces[^1]["error"]?["code"]?.GetValue<string>();

    public static async Task<StreamedText> Read(HttpResponseMessage response)
    {
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var data = text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.All(data, line => Assert.StartsWith("data: ", line, StringComparison.Ordinal));
        var isDone = data[^1] == "data: [DONE]";
        return new StreamedText([.. data.SkipLast(isDone ? 1 : 0).Select(d => JsonNode.Parse(d[6..])!)], isDone);
    }
}
