using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using SwarmCompute.Inference.Tests.Pipeline;

namespace SwarmCompute.Inference.Tests.OpenAi;

/// <summary>What a request may ask of the form of its answers: log probabilities, several answers, a grammar.</summary>
public sealed class AnswerFormTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_chat_tells_log_probabilities_streamed_as_whole()
    {
        await using var server = await TestServer.Start(Cancel);
        JsonObject Body() => With(TestServer.Chat(), ("logprobs", true), ("top_logprobs", 3));
        var whole = (await server.Json(Body(), Cancel)).Json.GetProperty("choices")[0].GetProperty("logprobs").GetProperty("content");
        var streamed = (await server.Stream(Body(), Cancel)).Select(Logprobs).Where(l => l.ValueKind != JsonValueKind.Null).SelectMany(l => l.GetProperty("content").EnumerateArray());

        Assert.Equal(whole.EnumerateArray().Select(t => t.GetRawText()), streamed.Select(t => t.GetRawText()));
        Assert.Equal(8, whole.GetArrayLength());
        Assert.All(whole.EnumerateArray(), token =>
        {
            Assert.Equal(-1, token.GetProperty("logprob").GetDouble());                       // the likeliest: its logit 4, less 5
            Assert.Equal([-1, -1.25, -1.5], token.GetProperty("top_logprobs").EnumerateArray().Select(t => t.GetProperty("logprob").GetDouble()));
            Assert.Equal(token.GetProperty("token").GetString(), Encoding.UTF8.GetString([.. token.GetProperty("bytes").EnumerateArray().Select(b => b.GetByte())]));
        });
    }

    [Fact]
    public async Task A_completion_tells_log_probabilities_in_parallel_lists_with_the_offsets_of_the_tokens()
    {
        await using var server = await TestServer.Start(Cancel);
        JsonObject Body() => With(TestServer.Body(), ("logprobs", 2), ("temperature", 2), ("seed", 4));
        var choice = (await server.Json(Body(), Cancel)).Json.GetProperty("choices")[0];
        var (text, lists) = (choice.GetProperty("text").GetString()!, choice.GetProperty("logprobs"));
        var tokens = lists.GetProperty("tokens").EnumerateArray().Select(t => t.GetString()!).ToList();
        var offsets = lists.GetProperty("text_offset").EnumerateArray().Select(o => o.GetInt32()).ToList();

        Assert.Equal(text, string.Concat(tokens));
        Assert.All(tokens.Zip(offsets), pair => Assert.StartsWith(pair.First, text[pair.Second..], StringComparison.Ordinal));
        Assert.All(tokens.Zip(lists.GetProperty("top_logprobs").EnumerateArray(), lists.GetProperty("token_logprobs").EnumerateArray()), each =>
        {
            Assert.InRange(each.Second.EnumerateObject().Count(), 2, 3);
            Assert.Equal(each.Third.GetDouble(), each.Second.GetProperty(each.First).GetDouble());
        });
        Assert.Equal(tokens, (await server.Stream(Body(), Cancel)).Select(Logprobs).Where(l => l.ValueKind != JsonValueKind.Null).Select(l => l.GetProperty("tokens")[0].GetString()!));
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task Several_answers_are_those_of_as_many_seeds_streamed_as_whole(bool chat)
    {
        await using var server = await TestServer.Start(Cancel);
        JsonObject Body(int seed) => With(chat ? TestServer.Chat() : TestServer.Body(), ("temperature", 1.5), ("seed", seed));
        string[] each = [.. await Task.WhenAll(Enumerable.Range(0, 3).Select(async i => TextOf(await server.Stream(Body(5 + i), Cancel), 0)))];
        var (_, whole) = await server.Json(With(Body(5), ("n", 3)), Cancel);
        var streamed = await server.Stream(With(Body(5), ("n", 3), ("stream_options", new JsonObject { ["include_usage"] = true })), Cancel);

        Assert.Equal(3, each.Distinct().Count());
        Assert.Equal(each, whole.GetProperty("choices").EnumerateArray().Select(c => chat ? c.GetProperty("message").GetProperty("content").GetString() : c.GetProperty("text").GetString()));
        Assert.Equal(each, Enumerable.Range(0, 3).Select(i => TextOf(streamed, i)));
        Assert.All([whole.GetProperty("usage"), streamed[^1].GetProperty("usage")], usage => Assert.Equal(24, usage.GetProperty("completion_tokens").GetInt32()));
    }

    [Fact]
    public async Task More_answers_than_there_are_sessions_are_refused_as_a_whole_and_leave_none_open()
    {
        await using var server = await TestServer.Start(Cancel, new TestRing(1, TestRing.Fast(1) with { SessionsMax = 2 }));
        var (status, json) = await server.Json(With(TestServer.Body(), ("n", 3), ("stream", true)), Cancel);
        Assert.Equal((HttpStatusCode.TooManyRequests, "sessions_full"), (status, json.GetProperty("error").GetProperty("code").GetString()));
        while (server.Ring.Head.OpenSessions > 0) await Task.Delay(2, Cancel);
        Assert.Equal(HttpStatusCode.OK, (await server.Json(With(TestServer.Body(), ("n", 2)), Cancel)).Status);
    }

    [Fact]
    public async Task Answers_that_could_never_be_held_at_once_are_refused_with_what_would_do()
    {
        await using var server = await TestServer.Start(Cancel, new TestRing(1, TestRing.Fast(1) with { KvTokens = 300 }));
        var (status, json) = await server.Json(With(TestServer.Body(tokens: 200), ("n", 2)), Cancel);
        var error = json.GetProperty("error");
        Assert.Equal((HttpStatusCode.BadRequest, "n", "context_length_exceeded"), (status, error.GetProperty("param").GetString(), error.GetProperty("code").GetString()));
        Assert.Contains("2 answers of up to 200 tokens", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await server.Json(With(TestServer.Body(tokens: 100), ("n", 2)), Cancel)).Status);
    }

    [Fact]
    public async Task Requests_for_several_answers_never_wait_for_each_other_with_a_part_of_their_own()
    {
        await using var server = await TestServer.Start(Cancel, new TestRing(1, TestRing.Fast(1) with { SessionsMax = 24, KvTokens = 300 }));
        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => server.Json(With(TestServer.Body(tokens: 60), ("n", 3)), Cancel)));
        Assert.All(all, answer => Assert.Equal((HttpStatusCode.OK, 3), (answer.Status, answer.Json.GetProperty("choices").GetArrayLength())));
        while (server.Ring.Head.OpenSessions > 0) await Task.Delay(2, Cancel);
        Assert.Equal(0, server.Ring.Head.KvTokensTaken);
    }

    [Fact]
    public async Task An_answer_follows_its_grammar_and_so_does_a_resumed_one()
    {
        await using var server = await TestServer.Start(Cancel);
        JsonObject Body() => With(TestServer.Body(), ("grammar", "root ::= (\" w\" [1-6] [0-9]*)+"), ("temperature", 1), ("seed", 3));
        var whole = await server.Stream(Body(), Cancel);
        var tokens = whole.Where(p => p.TryGetProperty("swarm", out _)).Select(p => p.GetProperty("swarm").GetProperty("token").GetInt32()).ToList();
        Assert.All(tokens, token => Assert.InRange($"{token}"[0], '1', '6'));
        Assert.Equal(8, tokens.Count);
        var rest = await server.Stream(With(Body(), ("swarm", new JsonObject { ["resume_tokens"] = new JsonArray([.. tokens[..3].Select(t => JsonValue.Create(t))]) })), Cancel);
        Assert.Equal(TextOf(whole[3..], 0), TextOf(rest, 0));
    }

    [Fact]
    public async Task An_answer_is_over_where_its_grammar_is()
    {
        await using var server = await TestServer.Start(new ByteRing.Tokenizer(), ByteRing.Create(), cancel: Cancel);
        var (_, json) = await server.Json(With(TestServer.Body(tokens: 100), ("grammar", "root ::= \"<\" [a-z]{5} \"☃>\"")), Cancel);
        var choice = json.GetProperty("choices")[0];
        Assert.Matches("^<[a-z]{5}☃>$", choice.GetProperty("text").GetString());
        Assert.Equal("stop", choice.GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task Where_no_candidate_fits_the_answer_says_so()
    {
        await using var server = await TestServer.Start(Cancel);
        var (status, json) = await server.Json(With(TestServer.Body(), ("grammar", "root ::= \"x\"")), Cancel);
        Assert.Equal(HttpStatusCode.InternalServerError, status);
        Assert.StartsWith("No candidate fits the grammar", json.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);

        using var response = await server.Send(With(TestServer.Body(), ("grammar", "root ::= \" w\" [0-9]+ \"x\""), ("stream", true)), Cancel);
        var events = (await response.Content.ReadAsStringAsync(Cancel)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal((HttpStatusCode.OK, 2), (response.StatusCode, events.Length));
        Assert.Contains("No candidate fits the grammar", events[^1], StringComparison.Ordinal);
        while (server.Ring.Head.OpenSessions > 0) await Task.Delay(2, Cancel);
    }

    [Fact]
    public async Task An_answer_by_a_schema_is_json_of_that_schema()
    {
        await using var server = await TestServer.Start(new ByteRing.Tokenizer(), ByteRing.Create(), cancel: Cancel);
        const string Schema = """
            {"type":"object","properties":{"kind":{"enum":["é","b"]},"on":{"type":"boolean"},"list":{"type":"array","items":{"enum":[1,null]},"minItems":1,"maxItems":2}},
             "required":["kind","on","list"],"additionalProperties":false}
            """;
        var format = new JsonObject { ["type"] = "json_schema", ["json_schema"] = new JsonObject { ["name"] = "answer", ["strict"] = true, ["schema"] = JsonNode.Parse(Schema) } };
        var (status, json) = await server.Json(With(TestServer.Chat("give json", 200), ("response_format", format), ("logit_bias", Spaces())), Cancel);
        Assert.Equal(HttpStatusCode.OK, status);
        var choice = json.GetProperty("choices")[0];
        var answer = JsonDocument.Parse(choice.GetProperty("message").GetProperty("content").GetString()!).RootElement;
        Assert.Equal(("stop", 3), (choice.GetProperty("finish_reason").GetString(), answer.EnumerateObject().Count()));
        Assert.Contains(answer.GetProperty("kind").GetString(), (string[])["é", "b"]);
    }

    /// <summary>Bars the spaces, of which a model without sense writes too many.</summary>
    private static JsonObject Spaces() => new() { ["32"] = -100, ["9"] = -100, ["10"] = -100 };

    private static JsonElement Logprobs(JsonElement piece) => piece.GetProperty("choices")[0].GetProperty("logprobs");

    internal static JsonObject With(JsonObject body, params (string Name, JsonNode? Value)[] members)
    {
        foreach (var (name, value) in members) body[name] = value;
        return body;
    }

    internal static string TextOf(IEnumerable<JsonElement> pieces, int choice) => string.Concat(pieces.SelectMany(p => p.GetProperty("choices").EnumerateArray())
        .Where(c => c.GetProperty("index").GetInt32() == choice)
        .Select(c => c.TryGetProperty("text", out var text) ? text.GetString() : c.GetProperty("delta").TryGetProperty("content", out var content) ? content.GetString() : ""));
}
