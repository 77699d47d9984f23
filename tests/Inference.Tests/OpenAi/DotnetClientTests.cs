using System.ClientModel;
using System.ClientModel.Primitives;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Embeddings;

namespace SwarmCompute.Inference.Tests.OpenAi;

/// <summary>The API as Microsoft.Extensions.AI and OpenAI's own .NET client use it.</summary>
public sealed class DotnetClientTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_streams_what_it_is_given_whole()
    {
        await using var server = await TestServer.Start(Cancel);
        using var client = Client(server);
        var options = new ChatOptions { MaxOutputTokens = 12, Temperature = 1, Seed = 4, TopP = 0.9f, PresencePenalty = 0.5f, FrequencyPenalty = 0.5f };
        var whole = await client.GetResponseAsync("hello", options, Cancel);
        var pieces = await client.GetStreamingResponseAsync("hello", options, Cancel).ToListAsync(Cancel);
        Assert.NotEmpty(whole.Text);
        Assert.Equal(whole.Text, string.Concat(pieces.Select(p => p.Text)));
        Assert.Equal(12, whole.Usage!.OutputTokenCount);
        Assert.Equal(12, pieces.SelectMany(p => p.Contents).OfType<UsageContent>().Single().Details.OutputTokenCount);
    }

    [Fact]
    public async Task It_cancels_and_the_session_is_free_and_it_comes_back_to_where_it_was()
    {
        await using var server = await TestServer.Start(Cancel);
        var options = new ChatOptions { MaxOutputTokens = 100 };
        string whole;
        using (var client = Client(server)) whole = (await client.GetResponseAsync("hello", options, Cancel)).Text;
        var first = await Broken(server, options, pieces: 5);
        while (server.Ring.Head.OpenSessions > 0) await Task.Delay(2, Cancel);

        using var again = Client(server, lastEventId: $"{first[0].ResponseId}:4");
        var rest = await again.GetStreamingResponseAsync("hello", options, Cancel).ToListAsync(Cancel);
        Assert.Equal(whole, string.Concat(first.Concat(rest).Select(p => p.Text)));
        Assert.Equal(first[0].ResponseId, rest[0].ResponseId);
    }

    [Fact]
    public async Task It_reads_log_probabilities()
    {
        await using var server = await TestServer.Start(Cancel);
        var options = new ChatCompletionOptions { MaxOutputTokenCount = 4, IncludeLogProbabilities = true, TopLogProbabilityCount = 2 };
        var answer = await Chat(server, null).CompleteChatAsync([new UserChatMessage("hello")], options, Cancel);
        Assert.Equal([-1f, -1f, -1f, -1f], answer.Value.ContentTokenLogProbabilities.Select(t => t.LogProbability));
        Assert.All(answer.Value.ContentTokenLogProbabilities, t => Assert.Equal(2, t.TopLogProbabilities.Count));
    }

    [Fact]
    public async Task It_asks_for_json()
    {
        await using var server = await TestServer.Start(new ByteRing.Tokenizer(), ByteRing.Create(), cancel: Cancel);
        using var client = Client(server);
        var schema = System.Text.Json.JsonDocument.Parse("""{"type":"object","properties":{"on":{"type":"boolean"}},"required":["on"],"additionalProperties":false}""").RootElement;
        var answer = await client.GetResponseAsync("hello", new ChatOptions { ResponseFormat = Microsoft.Extensions.AI.ChatResponseFormat.ForJsonSchema(schema, "answer") }, Cancel);
        Assert.True(System.Text.Json.JsonDocument.Parse(answer.Text).RootElement.TryGetProperty("on", out _));
    }

    [Fact]
    public async Task It_embeds_texts()
    {
        await using var server = await TestServer.Start(Cancel);
        var options = new OpenAIClientOptions { Endpoint = new Uri(server.Endpoint, "v1"), RetryPolicy = new ClientRetryPolicy(0) };
        using var generator = new EmbeddingClient("tiny", new ApiKeyCredential("none"), options).AsIEmbeddingGenerator();
        var embeddings = await generator.GenerateAsync(["hello", "you"], cancellationToken: Cancel);
        Assert.Equal([.. await server.Ring.Head.Embed([1, .. "you".Select(c => (int)c)], Cancel)], embeddings[1].Vector.ToArray());
        Assert.Equal((2, 10L), (embeddings.Count, embeddings.Usage!.InputTokenCount));
        Assert.NotEqual(embeddings[0].Vector.ToArray(), embeddings[1].Vector.ToArray());
    }

    private static async Task<List<ChatResponseUpdate>> Broken(TestServer server, ChatOptions options, int pieces)
    {
        using var client = Client(server);
        var had = new List<ChatResponseUpdate>();
        await foreach (var piece in client.GetStreamingResponseAsync("hello", options, Cancel))
        {
            had.Add(piece);
            if (had.Count == pieces) break;
        }
        return had;
    }

    private static IChatClient Client(TestServer server, string? lastEventId = null) => Chat(server, lastEventId).AsIChatClient();

    private static ChatClient Chat(TestServer server, string? lastEventId)
    {
        var options = new OpenAIClientOptions { Endpoint = new Uri(server.Endpoint, "v1"), RetryPolicy = new ClientRetryPolicy(0) };
        if (lastEventId is not null) options.AddPolicy(new LastEvent(lastEventId), PipelinePosition.PerCall);
        return new ChatClient("tiny", new ApiKeyCredential("none"), options);
    }

    private sealed class LastEvent(string id) : PipelinePolicy
    {
        public override void Process(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex)
        {
            message.Request.Headers.Set("Last-Event-ID", id);
            ProcessNext(message, pipeline, currentIndex);
        }

        public override ValueTask ProcessAsync(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex)
        {
            message.Request.Headers.Set("Last-Event-ID", id);
            return ProcessNextAsync(message, pipeline, currentIndex);
        }
    }
}
