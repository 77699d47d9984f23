using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
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

    [Theory]
    [InlineData("", "JSON"), InlineData("{}", "'keys'"), InlineData("""{"keys":[]}""", "'keys'"), InlineData("""{"keys":[7]}""", "Key 1")]
    [InlineData("""{"keys":[{"name":"a","sha256":"HASH","requestsPerMinute":1,"tokensPerMinute":1}]}""", "'answers'")]
    [InlineData("""{"keys":[{"name":"a","sha256":"HASH","requestsPerMinute":0,"tokensPerMinute":1,"answers":1}]}""", "'requestsPerMinute'")]
    [InlineData("""{"keys":[{"name":"a","sha256":"12","requestsPerMinute":1,"tokensPerMinute":1,"answers":1}]}""", "'sha256'")]
    [InlineData("""{"keys":[{"name":"a","sha256":"HASH","requestsPerMinute":1,"tokensPerMinute":1,"answers":1,"more":1}]}""", "'more'")]
    [InlineData("""{"keys":[ONE,ONE]}""", "twice")]
    public void A_file_of_keys_that_is_wrong_is_refused_with_what_is_wrong(string json, string what)
    {
        const string One = """{"name":"a","sha256":"HASH","requestsPerMinute":1,"tokensPerMinute":1,"answers":1}""";
        var text = json.Replace("ONE", One, StringComparison.Ordinal).Replace("HASH", new string('0', 64), StringComparison.Ordinal);
        Assert.Contains(what, Assert.Throws<InferenceException>(() => ApiKeys.Parse(Encoding.UTF8.GetBytes(text), _time)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_one_clear_line() =>
        Assert.Contains("cannot be read", Assert.Throws<InferenceException>(() => ApiKeys.Read("nowhere.json", _time)).Message, StringComparison.Ordinal);

    private static string Header(HttpResponseMessage response, string name) => response.Headers.GetValues(name).Single();

    private static async Task<HttpResponseMessage> Ask(TestServer server, string? key)
    {
        var response = await server.Send(TestServer.Body().ToJsonString(), false, Cancel, key: key);
        await response.Content.ReadAsStringAsync(Cancel);
        return response;
    }

    private Task<TestServer> Start(int requests, int tokens, int answers, TestRing? ring = null)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData("secret"u8));
        var json = string.Create(CultureInfo.InvariantCulture, $$"""{"keys":[{"name":"team","sha256":"{{hash}}","requestsPerMinute":{{requests}},"tokensPerMinute":{{tokens}},"answers":{{answers}}}]}""");
        return TestServer.Start(new WordTokenizer(), ring, keys: ApiKeys.Parse(Encoding.UTF8.GetBytes(json), _time), cancel: Cancel);
    }
}
