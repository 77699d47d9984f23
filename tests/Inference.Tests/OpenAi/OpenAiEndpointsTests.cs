using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using SwarmCompute.Inference.Tests.Pipeline;
using Xunit;

namespace SwarmCompute.Inference.Tests.OpenAi;

public sealed class OpenAiEndpointsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string, string?> BadCompletions => new()
    {
        { "", null },
        { "[]", null },
        { "{\"model\":\"tiny\",\"prompt\":\"x\",\"prompt\":\"y\"}", null },
        { "{\"prompt\":\"x\"}", "model" },
        { "{\"model\":7,\"prompt\":\"x\"}", "model" },
        { "{\"model\":\"tiny\"}", "prompt" },
        { "{\"model\":\"tiny\",\"prompt\":7}", "prompt" },
        { "{\"model\":\"tiny\",\"prompt\":[\"x\",\"y\"]}", "prompt" },
        { "{\"model\":\"tiny\",\"prompt\":[1,1000]}", "prompt" },
        { "{\"model\":\"tiny\",\"prompt\":\"\\ud800\"}", "prompt" },
        { "{\"model\":\"tiny\",\"prompt\":\"x\",\"max_tokens\":0}", "max_tokens" },
        { "{\"model\":\"tiny\",\"prompt\":\"x\",\"max_tokens\":1.5}", "max_tokens" },
        { "{\"model\":\"tiny\",\"prompt\":\"x\",\"max_tokens\":256}", "prompt" },
        { "{\"model\":\"tiny\",\"prompt\":\"x\",\"temperature\":3}", "temperature" },
        { "{\"model\":\"tiny\",\"prompt\":\"x\",\"temperature\":\"hot\"}", "temperature" },
        { "{\"model\":\"tiny\",\"prompt\":\"x\",\"top_p\":-1}", "top_p" },
        { "{\"model\":\"tiny\",\"prompt\":\"x\",\"repeat_penalty\":0}", "repeat_penalty" },
        { "{\"model\":\"tiny\",\"prompt\":\"x\",\"seed\":\"a\"}", "seed" },
        { "{\"model\":\"tiny\",\"prompt\":\"x\",\"stop\":[\"a\",\"b\",\"c\",\"d\",\"e\"]}", "stop" },
        { "{\"model\":\"tiny\",\"prompt\":\"x\",\"stop\":\"\"}", "stop" },
        { "{\"model\":\"tiny\",\"prompt\":\"x\",\"stream\":1}", "stream" },
        { "{\"model\":\"tiny\",\"prompt\":\"x\",\"n\":9}", "n" },
        { "{\"model\":\"tiny\",\"prompt\":\"x\",\"n\":2,\"swarm\":{\"resume_tokens\":[1]}}", "swarm.resume_tokens" },
        { "{\"model\":\"tiny\",\"prompt\":\"x\",\"best_of\":0}", "best_of" },
        { "{\"model\":\"tiny\",\"prompt\":\"x\",\"best_of\":21}", "best_of" },
        { "{\"model\":\"tiny\",\"prompt\":\"x\",\"n\":3,\"best_of\":2}", "best_of" },
        { "{\"model\":\"tiny\",\"prompt\":\"x\",\"best_of\":2,\"stream\":true}", "best_of" },
        { "{\"model\":\"tiny\",\"prompt\":\"x\",\"best_of\":2,\"swarm\":{\"resume_tokens\":[1]}}", "swarm.resume_tokens" },
        { "{\"model\":\"tiny\",\"prompt\":\"x\",\"min_p\":2}", "min_p" },
        { "{\"model\":\"tiny\",\"prompt\":\"x\",\"top_k\":-1}", "top_k" },
        { "{\"model\":\"tiny\",\"prompt\":\"x\",\"frequency_penalty\":-3}", "frequency_penalty" },
        { "{\"model\":\"tiny\",\"prompt\":\"x\",\"repeat_last_n\":-1}", "repeat_last_n" },
        { "{\"model\":\"tiny\",\"prompt\":\"x\",\"logit_bias\":{\"1000\":1}}", "logit_bias" },
        { "{\"model\":\"tiny\",\"prompt\":\"x\",\"logit_bias\":{\"1\":101}}", "logit_bias" },
        { "{\"model\":\"tiny\",\"prompt\":\"x\",\"grammar\":\"root ::= x\"}", "grammar" },
        { "{\"model\":\"tiny\",\"prompt\":\"x\",\"grammar\":\"root ::= \\\"x\\\"\",\"swarm\":{\"resume_tokens\":[7]}}", "swarm.resume_tokens" },
        { "{\"model\":\"tiny\",\"prompt\":\"x\",\"response_format\":{\"type\":\"json_object\"},\"grammar\":\"root ::= \\\"x\\\"\"}", "grammar" },
        { "{\"model\":\"tiny\",\"prompt\":\"x\",\"logprobs\":6}", "logprobs" },
        { "{\"model\":\"tiny\",\"prompt\":\"x\",\"echo\":\"yes\"}", "echo" },
        { "{\"model\":\"tiny\",\"prompt\":\"x\",\"echo\":true,\"logprobs\":0}", "echo" },
        { "{\"model\":\"tiny\",\"prompt\":\"x\",\"presence_penalty\":3}", "presence_penalty" },
        { "{\"model\":\"tiny\",\"prompt\":\"x\",\"swarm\":7}", "swarm" },
        { "{\"model\":\"tiny\",\"prompt\":\"x\",\"swarm\":{\"resume_tokens\":[-1]}}", "swarm.resume_tokens" },
        { "{\"model\":\"tiny\",\"prompt\":\"x\",\"max_tokens\":1,\"swarm\":{\"resume_tokens\":[1,2]}}", "swarm.resume_tokens" },
    };

    public static TheoryData<string, string?> BadChats => new()
    {
        { "{\"model\":\"tiny\"}", "messages" },
        { "{\"model\":\"tiny\",\"messages\":[]}", "messages" },
        { "{\"model\":\"tiny\",\"messages\":[7]}", "messages" },
        { "{\"model\":\"tiny\",\"messages\":[{\"role\":\"tool\",\"content\":\"x\"}]}", "messages" },
        { "{\"model\":\"tiny\",\"messages\":[{\"role\":\"user\"}]}", "messages" },
        { "{\"model\":\"tiny\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\"}]}]}", "messages" },
        { "{\"model\":\"tiny\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"tools\":[{}]}", "tools" },
        { "{\"model\":\"tiny\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"echo\":true}", "echo" },
        { "{\"model\":\"tiny\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"best_of\":2}", "best_of" },
        { "{\"model\":\"tiny\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"top_logprobs\":3}", "top_logprobs" },
        { "{\"model\":\"tiny\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"logprobs\":true,\"top_logprobs\":21}", "top_logprobs" },
        { "{\"model\":\"tiny\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a\",\"schema\":{\"$ref\":\"#\"}}}}", "response_format" },
        { "{\"model\":\"tiny\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"response_format\":{\"type\":\"xml\"}}", "response_format" },
        { "{\"model\":\"tiny\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"max_completion_tokens\":-1}", "max_completion_tokens" },
    };

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_streamed_answer_is_the_whole_one_in_pieces(bool chat)
    {
        await using var server = await TestServer.Start(Cancel);
        var (status, whole) = await server.Json(chat ? TestServer.Chat() : TestServer.Body(), Cancel);
        var pieces = await server.Stream(chat ? TestServer.Chat() : TestServer.Body(), Cancel);

        Assert.Equal((HttpStatusCode.OK, chat ? "chat.completion" : "text_completion"), (status, whole.GetProperty("object").GetString()));
        var choice = whole.GetProperty("choices")[0];
        Assert.Equal("length", choice.GetProperty("finish_reason").GetString());
        Assert.Equal(chat ? choice.GetProperty("message").GetProperty("content").GetString() : choice.GetProperty("text").GetString(), Text(pieces));
        Assert.Equal(chat ? "chat.completion.chunk" : "text_completion", pieces[0].GetProperty("object").GetString());
        Assert.Equal(9, pieces.Count);
        Assert.All(pieces[..^1], piece => Assert.Equal(JsonValueKind.Null, piece.GetProperty("choices")[0].GetProperty("finish_reason").ValueKind));
        Assert.Equal("length", pieces[^1].GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal(Enumerable.Range(0, 8), pieces[..^1].Select(p => p.GetProperty("swarm").GetProperty("index").GetInt32()));
        Assert.Single(pieces.Select(p => p.GetProperty("id").GetString()).Distinct());
        if (chat) Assert.Equal("assistant", pieces[0].GetProperty("choices")[0].GetProperty("delta").GetProperty("role").GetString());
    }

    [Fact]
    public async Task Usage_counts_prompt_and_answer()
    {
        await using var server = await TestServer.Start(Cancel);
        var (_, whole) = await server.Json(TestServer.Body("hello", 8), Cancel);
        var streamed = await server.Stream(With(TestServer.Body("hello", 8), "stream_options", new JsonObject { ["include_usage"] = true }), Cancel);

        foreach (var usage in new[] { whole.GetProperty("usage"), streamed[^1].GetProperty("usage") })
            Assert.Equal((6, 8, 14), (usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("completion_tokens").GetInt32(), usage.GetProperty("total_tokens").GetInt32()));
        Assert.Equal(0, streamed[^1].GetProperty("choices").GetArrayLength());
    }

    [Fact]
    public async Task Usage_tells_how_many_tokens_of_the_prompt_were_not_run_again()
    {
        await using var server = await TestServer.Start(Cancel, new TestRing(2, kernels: (slot, _) => new FakeKernel(slot, slot == 1) { CanFork = true }));
        JsonObject Body() => With(TestServer.Body("seventeen letters", 8), "stream_options", new JsonObject { ["include_usage"] = true });
        var first = await server.Stream(Body(), Cancel);
        var (_, second) = await server.Json(TestServer.Body("seventeen letters", 8), Cancel);

        Assert.Equal((18, 0), Prompt(first[^1]));
        Assert.Equal((18, 16), Prompt(second));
        static (int, int) Prompt(JsonElement answer)
        {
            var usage = answer.GetProperty("usage");
            return (usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32());
        }
    }

    [Fact]
    public async Task An_answer_is_resumed_after_any_token_with_exactly_the_rest()
    {
        await using var server = await TestServer.Start(Cancel);
        var whole = await server.Stream(TestServer.Chat(), Cancel);
        for (var had = 0; had <= 8; had++)
        {
            var resume = new JsonObject { ["resume_tokens"] = new JsonArray([.. Tokens(whole).Take(had).Select(t => JsonValue.Create(t))]) };
            var rest = await server.Stream(With(TestServer.Chat(), "swarm", resume), Cancel);
            Assert.Equal(Tokens(whole).Skip(had), Tokens(rest));
            Assert.Equal(Text(whole[had..]), Text(rest));
            Assert.Equal("length", rest[^1].GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        }
    }

    [Fact]
    public async Task An_end_token_ends_the_answer_with_stop_and_is_not_in_it()
    {
        int third;
        await using (var free = await TestServer.Start(Cancel)) third = Tokens(await free.Stream(TestServer.Body(), Cancel)).ElementAt(2);
        await using var server = await TestServer.Start(Cancel, endTokens: third);
        var pieces = await server.Stream(TestServer.Body(), Cancel);

        Assert.Equal(3, pieces.Count);
        Assert.Equal("stop", pieces[^1].GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task A_stop_string_ends_the_answer_before_it()
    {
        await using var server = await TestServer.Start(Cancel);
        var whole = Text(await server.Stream(TestServer.Body(), Cancel));
        var stop = whole[(whole.IndexOf('w', 8) - 1)..][..4];                // across the border of two tokens
        var pieces = await server.Stream(With(TestServer.Body(), "stop", stop), Cancel);

        Assert.Equal(whole[..whole.IndexOf(stop, StringComparison.Ordinal)], Text(pieces));
        Assert.Equal("stop", pieces[^1].GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        while (server.Ring.Head.OpenSessions > 0) await Task.Delay(2, Cancel);
    }

    [Fact]
    public async Task A_seed_and_a_temperature_change_the_answer_and_the_default_does_not()
    {
        await using var server = await TestServer.Start(Cancel);
        async Task<string> Answer(int seed) => Text(await server.Stream(With(With(TestServer.Body(tokens: 20), "seed", seed), "temperature", 1.5), Cancel));
        Assert.Equal(await Answer(1), await Answer(1));
        Assert.NotEqual(await Answer(1), await Answer(2));
        Assert.Equal(Text(await server.Stream(TestServer.Body(), Cancel)), Text(await server.Stream(With(TestServer.Body(), "seed", 9), Cancel)));
    }

    [Theory, MemberData(nameof(BadCompletions))]
    public Task A_bad_completion_request_is_refused_with_the_name_of_what_is_wrong(string body, string? param) => Refused(body, param, chat: false);

    [Theory, MemberData(nameof(BadChats))]
    public Task A_bad_chat_request_is_refused_with_the_name_of_what_is_wrong(string body, string? param) => Refused(body, param, chat: true);

    [Fact]
    public async Task Fields_that_a_stock_client_sends_are_taken()
    {
        await using var server = await TestServer.Start(Cancel);
        var body = JsonNode.Parse("""
            {"model":"swarm","messages":[{"role":"developer","content":"be brief"},{"role":"user","content":[{"type":"text","text":"hi"}],"name":"a"}],
             "max_completion_tokens":4,"temperature":null,"top_p":1,"n":1,"presence_penalty":0,"frequency_penalty":0.0,"logit_bias":{},"stop":null,"user":"u",
             "logprobs":false,"tools":[],"response_format":{"type":"text"},"stream_options":null,"store":false,"metadata":{}}
            """)!.AsObject();
        Assert.Equal(HttpStatusCode.OK, (await server.Json(body, Cancel)).Status);
    }

    [Fact]
    public async Task Tokens_may_be_given_instead_of_text()
    {
        await using var server = await TestServer.Start(Cancel);
        var tokens = new JsonArray([1, .. "hello".Select(c => (JsonNode)(c % 900))]);
        Assert.Equal(Text(await server.Stream(TestServer.Body(), Cancel)), Text(await server.Stream(With(TestServer.Body(), "prompt", tokens), Cancel)));
    }

    [Fact]
    public async Task The_model_is_listed_and_another_one_is_not_found()
    {
        await using var server = await TestServer.Start(Cancel);
        using var list = await server.Get("/v1/models", Cancel);
        using var one = await server.Get("/v1/models/tiny", Cancel);
        using var none = await server.Get("/v1/models/huge", Cancel);
        var model = JsonDocument.Parse(await list.Content.ReadAsStringAsync(Cancel)).RootElement.GetProperty("data")[0];
        Assert.Equal(("tiny", "model"), (model.GetProperty("id").GetString(), model.GetProperty("object").GetString()));
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound), (one.StatusCode, none.StatusCode));

        var (status, json) = await server.Json(With(TestServer.Body(), "model", "huge"), Cancel);
        Assert.Equal((HttpStatusCode.NotFound, "model_not_found"), (status, json.GetProperty("error").GetProperty("code").GetString()));
    }

    [Fact]
    public async Task A_body_of_more_than_a_mebibyte_is_refused()
    {
        await using var server = await TestServer.Start(Cancel);
        using var response = await server.Send(TestServer.Body(new string('x', OpenAiEndpoints.RequestBytesMax)), Cancel);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Fact]
    public async Task A_prompt_that_does_not_fit_is_refused()
    {
        await using var server = await TestServer.Start(Cancel);
        foreach (var length in new[] { 256, 2001 })
        {
            var (status, json) = await server.Json(TestServer.Body(new string('x', length)), Cancel);
            Assert.Equal((HttpStatusCode.BadRequest, "prompt"), (status, json.GetProperty("error").GetProperty("param").GetString()));
        }
    }

    [Fact]
    public async Task A_client_that_leaves_frees_its_session_and_while_all_are_taken_the_next_one_is_told_to_come_back()
    {
        using var block = new ManualResetEventSlim(true);
        await using var server = await TestServer.Start(Cancel, new TestRing(
            1, TestRing.Fast(1) with { SessionsMax = 1 }, (_, _) => new FakeKernel(0, true, onCall: call => { if (call > 3) block.Wait(Cancel); })));
        block.Reset();
        using (var leaving = await server.Send(With(TestServer.Body(tokens: 200), "stream", true), Cancel))
        {
            var (status, json) = await server.Json(TestServer.Body(), Cancel);
            Assert.Equal((HttpStatusCode.TooManyRequests, "sessions_full"), (status, json.GetProperty("error").GetProperty("code").GetString()));
        }
        while (server.Ring.Head.Usage.Completions < 1) await Task.Delay(2, Cancel);      // ended although the kernel still stands
        block.Set();
        while (server.Ring.Head.OpenSessions > 0) await Task.Delay(2, Cancel);
        Assert.Equal(HttpStatusCode.OK, (await server.Json(TestServer.Body(), Cancel)).Status);
    }

    [Fact]
    public async Task Before_the_pipeline_stands_a_request_is_told_to_come_back()
    {
        await using var server = await TestServer.Start(Cancel, new TestRing(2, attach: slot => slot == 0), stands: false);
        using var response = await server.Send(TestServer.Body(), Cancel);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "1"), (response.StatusCode, response.Headers.GetValues("Retry-After").Single()));
    }

    [Fact]
    public async Task An_answer_that_cannot_go_on_ends_with_an_error_event_and_without_done()
    {
        await using var server = await TestServer.Start(Cancel, new TestRing(1, kernels: (_, _) => new FakeKernel(0, true, contextTokens: 10)));
        using var response = await server.Send(With(TestServer.Body(tokens: 20), "stream", true), Cancel);
        var events = (await response.Content.ReadAsStringAsync(Cancel)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("The context is full.", events[^1], StringComparison.Ordinal);
        Assert.StartsWith("data: {\"error\":", events[^1], StringComparison.Ordinal);
    }

    private static async Task Refused(string body, string? param, bool chat)
    {
        await using var server = await TestServer.Start(Cancel, new TestRing(1));
        using var response = await server.Send(body, chat, Cancel);
        var error = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel)).RootElement.GetProperty("error");
        Assert.Equal((HttpStatusCode.BadRequest, param, "invalid_request_error"),
            (response.StatusCode, error.GetProperty("param").GetString(), error.GetProperty("type").GetString()));
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
    }

    private static JsonObject With(JsonObject body, string name, JsonNode value)
    {
        body[name] = value;
        return body;
    }

    private static IEnumerable<int> Tokens(IEnumerable<JsonElement> pieces) =>
        pieces.Where(p => p.TryGetProperty("swarm", out _)).Select(p => p.GetProperty("swarm").GetProperty("token").GetInt32());

    private static string Text(IEnumerable<JsonElement> pieces) => string.Concat(pieces.SelectMany(p => p.GetProperty("choices").EnumerateArray()).Select(choice =>
        choice.TryGetProperty("text", out var text) ? text.GetString()
            : choice.GetProperty("delta").TryGetProperty("content", out var content) ? content.GetString() : ""));
}
