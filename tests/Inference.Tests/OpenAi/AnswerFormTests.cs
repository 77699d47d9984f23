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
    public async Task An_answer_that_echoes_begins_with_the_prompts_text_and_one_that_goes_on_does_not_tell_it_again()
    {
        await using var server = await TestServer.Start(Cancel);
        JsonObject Body() => With(TestServer.Body("tell me"), ("echo", true), ("temperature", 1.5));
        var plain = TextOf(await server.Stream(With(Body(), ("echo", false)), Cancel), 0);
        var streamed = await server.Stream(With(Body(), ("n", 2)), Cancel);
        Assert.Equal("tell me" + plain, TextOf(streamed, 0));
        Assert.StartsWith("tell me w", TextOf(streamed, 1), StringComparison.Ordinal);
        Assert.Equal("tell me" + plain, Texts((await server.Json(Body(), Cancel)).Json).Single());

        var tokens = (await server.Stream(Body(), Cancel)).Where(p => p.TryGetProperty("swarm", out _)).Select(p => p.GetProperty("swarm").GetProperty("token").GetInt32()).ToList();
        var resumed = With(Body(), ("swarm", new JsonObject { ["resume_tokens"] = new JsonArray([.. tokens[..3].Select(t => JsonValue.Create(t))]) }));
        Assert.Equal(plain, string.Concat(tokens[..3].Select(t => $" w{t}")) + TextOf(await server.Stream(resumed, Cancel), 0));
    }

    [Fact]
    public async Task A_prompt_of_tokens_is_echoed_as_its_text()
    {
        await using var server = await TestServer.Start(Cancel);
        var body = With(TestServer.Body(tokens: 1), ("echo", true), ("prompt", new JsonArray(7, WordTokenizer.FirstHalf, WordTokenizer.SecondHalf, 8)));
        Assert.StartsWith(" w7\u00e9 w8 w", Texts((await server.Json(body, Cancel)).Json).Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_the_answers_that_are_generated_those_of_the_greatest_mean_log_probability_are_told()
    {
        await using var server = await TestServer.Start(Cancel);
        JsonObject Body(string member, int count) => With(TestServer.Body(), (member, count), ("temperature", 1.5), ("seed", 5), ("logprobs", 0));
        var all = (await server.Json(Body("n", 6), Cancel)).Json.GetProperty("choices").EnumerateArray().ToList();
        var best = all.OrderByDescending(c => c.GetProperty("logprobs").GetProperty("token_logprobs").EnumerateArray().Average(p => p.GetDouble())).Take(2).Select(c => c.GetProperty("text").GetString());
        var (_, told) = await server.Json(With(Body("best_of", 6), ("n", 2)), Cancel);

        Assert.Equal(best, Texts(told));
        Assert.Equal([0, 1], told.GetProperty("choices").EnumerateArray().Select(c => c.GetProperty("index").GetInt32()));
        Assert.Equal(48, told.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        Assert.Equal(48 + 48, server.Ring.Head.Usage.CompletionTokens);
    }

    [Fact]
    public void An_answer_without_a_token_is_worse_than_any_other_and_of_equals_the_first_is_best()
    {
        var (likely, unlikely) = (new Candidates([1], [-1f], 0f), new Candidates([2], [-2f], 0f));
        OpenAiPiece[] pieces = [End(0), Piece(1, 2, unlikely), Piece(2, 1, likely), End(1), Piece(3, 1, likely), End(2), End(3)];
        var request = new OpenAiRequest { IsChat = false, Sampling = new(), Choices = 4, Generated = 5 };
        Assert.Equal([2, 3, 1, 0], BestAnswers.Of(pieces, request).Where(piece => piece.Finish is not null).OrderBy(piece => piece.Choice).Select(piece => int.Parse(piece.Text, null)));
        Assert.Same(pieces, BestAnswers.Of(pieces, request with { Generated = 4 }));

        static OpenAiPiece Piece(int choice, int token, Candidates candidates) => new(choice, "", new GeneratedToken(0, token, IsEnd: false, candidates), null);
        static OpenAiPiece End(int choice) => new(choice, $"{choice}", null, "stop");
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
        (_, json) = await server.Json(With(TestServer.Body(tokens: 100), ("best_of", 3)), Cancel);
        Assert.Equal("best_of", json.GetProperty("error").GetProperty("param").GetString());
    }

    private static IEnumerable<string?> Texts(JsonElement whole) => whole.GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty("text").GetString());

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
