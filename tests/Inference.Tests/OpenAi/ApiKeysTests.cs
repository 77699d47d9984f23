using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using SwarmCompute.Inference.Tests.Pipeline;

namespace SwarmCompute.Inference.Tests.OpenAi;

public sealed class ApiKeysTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(60));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_needs_a_key_that_is_known()
    {
        await using var server = await Start(60, 10_000, 4);
        Assert.Equal(HttpStatusCode.Unauthorized, (await Ask(server, null)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await Ask(server, "wrong")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Ask(server, "secret")).StatusCode);
        using var models = await server.Get("/v1/models", Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, models.StatusCode);
    }

    [Fact]
    public async Task Requests_are_limited_for_each_minute_and_the_answer_says_when_to_come_back()
    {
        await using var server = await Start(2, 10_000, 4);
        var first = await Ask(server, "secret");
        Assert.Equal(("2", "1"), (Header(first, "x-ratelimit-limit-requests"), Header(first, "x-ratelimit-remaining-requests")));
        await Ask(server, "secret");
        var third = await Ask(server, "secret");
        Assert.Equal((HttpStatusCode.TooManyRequests, "30", "0", "60s"),
            (third.StatusCode, Header(third, "Retry-After"), Header(third, "x-ratelimit-remaining-requests"), Header(third, "x-ratelimit-reset-requests")));
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(HttpStatusCode.OK, (await Ask(server, "secret")).StatusCode);
    }

    [Fact]
    public async Task Tokens_of_prompt_and_answer_are_charged_and_a_debt_is_waited_for()
    {
        await using var server = await Start(60, 10, 4);
        Assert.Equal(HttpStatusCode.OK, (await Ask(server, "secret")).StatusCode);             // 6 of prompt and 8 of answer: 4 more than there are
        var refused = await Ask(server, "secret");
        Assert.Equal((HttpStatusCode.TooManyRequests, "30", "0"), (refused.StatusCode, Header(refused, "Retry-After"), Header(refused, "x-ratelimit-remaining-tokens")));
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(HttpStatusCode.OK, (await Ask(server, "secret")).StatusCode);
    }

    [Fact]
    public async Task Answers_at_once_are_limited_and_one_that_ends_makes_room()
    {
        using var block = new ManualResetEventSlim(true);
        await using var server = await Start(60, 10_000, 1, new TestRing(1, TestRing.Fast(1), (_, _) => new FakeKernel(0, true, onCall: call => { if (call == 4) block.Wait(Cancel); })));
        block.Reset();
        using (var first = await server.Send(AnswerFormTests.With(TestServer.Body(), ("stream", true)).ToJsonString(), false, Cancel, key: "secret"))
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, (await Ask(server, "secret")).StatusCode);
            block.Set();
            await first.Content.ReadAsStringAsync(Cancel);
        }
        while ((await Ask(server, "secret")).StatusCode != HttpStatusCode.OK) await Task.Delay(2, Cancel);
    }

    [Fact]
    public async Task A_request_begins_only_with_what_came_under_its_own_key()
    {
        await using var server = await Start(60, 10_000, 4, new TestRing(1, kernels: (_, _) => new FakeKernel(0, true) { CanFork = true }), other: "mine");
        Assert.Equal(0, await Cached("secret"));
        Assert.Equal(0, await Cached("mine"));
        Assert.Equal(16, await Cached("secret"));

        async Task<int> Cached(string key)
        {
            using var response = await server.Send(TestServer.Body("seventeen letters").ToJsonString(), false, Cancel, key: key);
            using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel));
            return json.RootElement.GetProperty("usage").GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32();
        }
    }

    private static string Header(HttpResponseMessage response, string name) => response.Headers.GetValues(name).Single();

    private static async Task<HttpResponseMessage> Ask(TestServer server, string? key)
    {
        var response = await server.Send(TestServer.Body().ToJsonString(), false, Cancel, key: key);
        await response.Content.ReadAsStringAsync(Cancel);
        return response;
    }

    private Task<TestServer> Start(int requests, int tokens, int answers, TestRing? ring = null, string other = "other")
    {
        ApiKeyTerms Key(string name, string secret) => new(name, Hash32.Sha256(Encoding.UTF8.GetBytes(secret)), requests, tokens, answers);
        return TestServer.Start(new WordTokenizer(), ring, keys: new ApiKeys([Key("team", "secret"), Key("others", other)], _time), cancel: Cancel);
    }
}
