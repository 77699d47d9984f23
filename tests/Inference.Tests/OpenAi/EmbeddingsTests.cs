using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using SwarmCompute.Inference.Tests.Pipeline;

namespace SwarmCompute.Inference.Tests.OpenAi;

public sealed class EmbeddingsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, InlineData("\"hello\"", 6), InlineData("[\"hello\"]", 6), InlineData("[1,104,101,108,108,111]", 6), InlineData("[[1,104,101,108,108,111]]", 6)]
    public async Task A_text_is_a_string_or_its_tokens_alone_or_in_a_list(string input, int tokens)
    {
        await using var server = await TestServer.Start(Cancel);
        var (status, json) = await server.Embed(Body(input), Cancel);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(("list", "tiny", tokens, tokens), (json.GetProperty("object").GetString(), json.GetProperty("model").GetString(),
            json.GetProperty("usage").GetProperty("prompt_tokens").GetInt32(), json.GetProperty("usage").GetProperty("total_tokens").GetInt32()));
        var item = Assert.Single(json.GetProperty("data").EnumerateArray());
        Assert.Equal(("embedding", 0), (item.GetProperty("object").GetString(), item.GetProperty("index").GetInt32()));
        Assert.Equal([.. await server.Ring.Head.Embed([1, 104, 101, 108, 108, 111], Cancel)], Floats(item));
    }

    [Fact]
    public async Task Many_texts_have_their_vectors_in_the_order_of_the_request_and_base64_has_the_same_bits()
    {
        await using var server = await TestServer.Start(Cancel);
        var texts = new JsonArray([.. Enumerable.Range(0, 256).Select(i => (JsonNode)$"text {i}")]).ToJsonString();
        var (_, floats) = await server.Embed(Body(texts), Cancel);
        var (_, base64) = await server.Embed(Body(texts, ("encoding_format", "base64"), ("dimensions", 8), ("user", "who")), Cancel);
        var vectors = floats.GetProperty("data").EnumerateArray().Select(Floats).ToList();
        Assert.Equal(vectors, base64.GetProperty("data").EnumerateArray().Select(item => MemoryMarshal.Cast<byte, float>(item.GetProperty("embedding").GetBytesFromBase64()).ToArray()));
        Assert.Equal(Enumerable.Range(0, 256), floats.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("index").GetInt32()));
        Assert.Equal([.. await server.Ring.Head.Embed([1, .. "text 200".Select(c => c % 900)], Cancel)], vectors[200]);
        while (server.Ring.Head.OpenSessions > 0) await Task.Delay(2, Cancel);
    }

    [Theory]
    [InlineData("""{"model":"tiny"}""", "input"), InlineData("""{"model":"tiny","input":""}""", "input"), InlineData("""{"model":"tiny","input":[]}""", "input")]
    [InlineData("""{"model":"tiny","input":[[]]}""", "input"), InlineData("""{"model":"tiny","input":{}}""", "input"), InlineData("""{"model":"tiny","input":["a",3]}""", "input")]
    [InlineData("""{"model":"tiny","input":[3,"a"]}""", "input"), InlineData("""{"model":"tiny","input":[1000]}""", "input"), InlineData("""{"model":"tiny","input":[-1]}""", "input")]
    [InlineData("""{"model":"tiny","input":["a",""]}""", "input"), InlineData("""{"model":"tiny","input":"a","dimensions":4}""", "dimensions")]
    [InlineData("""{"model":"tiny","input":"a","encoding_format":"int8"}""", "encoding_format"), InlineData("""{"input":"a"}""", "model"), InlineData("[]", null)]
    public async Task What_cannot_be_done_is_refused_by_name(string body, string? param)
    {
        await using var server = await TestServer.Start(Cancel);
        var (status, json) = await server.Embed(body, Cancel);
        Assert.Equal((HttpStatusCode.BadRequest, param), (status, json.GetProperty("error").GetProperty("param").GetString()));
    }

    [Fact]
    public async Task Too_many_texts_and_texts_that_are_too_long_are_refused()
    {
        await using var server = await TestServer.Start(Cancel);
        var (many, _) = await server.Embed(Body(new JsonArray([.. Enumerable.Range(0, 257).Select(_ => (JsonNode)"a")]).ToJsonString()), Cancel);
        var (_, longText) = await server.Embed(Body($"\"{new string('a', 256)}\""), Cancel);
        var (_, longTokens) = await server.Embed(Body($"[[{string.Join(',', Enumerable.Repeat(1, 257))}]]"), Cancel);
        var (fits, _) = await server.Embed(Body($"\"{new string('a', 255)}\""), Cancel);
        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.OK), (many, fits));
        Assert.All(new[] { longText, longTokens }, json => Assert.Equal("context_length_exceeded", json.GetProperty("error").GetProperty("code").GetString()));
    }

    [Fact]
    public async Task An_engine_that_makes_no_embeddings_says_so()
    {
        await using var server = await TestServer.Start(new ByteRing.Tokenizer(), ByteRing.Create(), cancel: Cancel);
        var (status, json) = await server.Embed(Body("\"hello\""), Cancel);
        Assert.Equal((HttpStatusCode.BadRequest, "embeddings_not_supported", "This engine makes no embeddings."),
            (status, json.GetProperty("error").GetProperty("code").GetString(), json.GetProperty("error").GetProperty("message").GetString()));
    }

    [Fact]
    public async Task A_head_that_does_not_stand_says_so()
    {
        await using var server = await TestServer.Start(Cancel, new TestRing(2, attach: _ => false), stands: false);
        var (status, json) = await server.Embed(Body("\"hello\""), Cancel);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "pipeline_not_ready"), (status, json.GetProperty("error").GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Tokens_of_all_texts_are_charged_to_the_key()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(60));
        var keys = new ApiKeys([new ApiKeyTerms("team", Hash32.Sha256("secret"u8), 60, 10, 4)], time);
        await using var server = await TestServer.Start(new WordTokenizer(), keys: keys, time: time, cancel: Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.Embed(Body("\"hello\""), Cancel)).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.Embed(Body("[\"hello\",\"you\"]"), Cancel, "secret")).Status);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await server.Embed(Body("\"hello\""), Cancel, "secret")).Status);
    }

    [Fact]
    public async Task A_client_that_leaves_frees_the_sessions_and_the_places_of_its_texts()
    {
        using var block = new ManualResetEventSlim(false);
        await using var server = await TestServer.Start(Cancel, new TestRing(1, TestRing.Fast(1) with { SessionsMax = 2 },
            (_, _) => new FakeKernel(0, true, onCall: call => { if (call == 3) block.Wait(30_000, Cancel); })));
        using (var leaves = new CancellationTokenSource())
        {
            var gone = server.Embed(Body(new JsonArray([.. Enumerable.Range(0, 100).Select(i => (JsonNode)$"text {i}")]).ToJsonString()), leaves.Token);
            while (((FakeKernel)server.Ring[0].Kernel).Calls < 3) await Task.Delay(2, Cancel);
            await leaves.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        }
        block.Set();
        Assert.Equal(HttpStatusCode.OK, (await server.Embed(Body("\"hello\""), Cancel)).Status);
        while (server.Ring.Head.OpenSessions > 0) await Task.Delay(2, Cancel);
        Assert.InRange(server.Ring.Head.Usage.Completions, 1, 20);
    }

    private static float[] Floats(JsonElement item) => [.. item.GetProperty("embedding").EnumerateArray().Select(number => number.GetSingle())];

    private static string Body(string input, params (string Name, JsonNode Value)[] more)
    {
        var body = new JsonObject { ["model"] = "tiny", ["input"] = JsonNode.Parse(input) };
        foreach (var (name, value) in more) body[name] = value;
        return body.ToJsonString();
    }
}
