using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using SwarmCompute.Inference.Tests.Pipeline;

namespace SwarmCompute.Inference.Tests.OpenAi;

public sealed class KeptAnswersTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_id_of_an_event_is_the_answers_and_the_tokens_index()
    {
        await using var server = await TestServer.Start(Cancel);
        var events = await server.Events(TestServer.Chat(), Cancel);
        Assert.Equal(Enumerable.Range(0, 9).Select(i => $"{events[0].Json.GetProperty("id").GetString()}:{i}"), events.Select(e => e.Id));
    }

    [Theory, InlineData(1, false), InlineData(1, true), InlineData(3, false), InlineData(3, true)]
    public async Task A_client_that_comes_back_is_told_exactly_what_followed_the_event_that_it_names(int answers, bool logprobs)
    {
        await using var server = await TestServer.Start(Cancel);
        JsonObject Body() => AnswerFormTests.With(TestServer.Chat(tokens: 5), ("n", answers), ("logprobs", logprobs), ("temperature", 1), ("stream_options", new JsonObject { ["include_usage"] = true }));
        var first = await server.Events(Body(), Cancel);
        for (var had = 6 * answers; had >= 1; had -= answers)
        {
            var rest = await server.Events(Body(), Cancel, first[had - 1].Id);
            Assert.Equal(first.Count - had, rest.Count);
            Assert.Equal(Told(first.Skip(had)), Told(rest));
            Assert.Equal(first[^1].Json.GetRawText(), rest[^1].Json.GetRawText());            // the usage is that of the whole answer
            Assert.Equal(first.Skip(had).Select(e => e.Id), rest.Select(e => e.Id));
        }
    }

    [Fact]
    public async Task A_broken_stream_frees_its_session_and_goes_on_where_the_client_was()
    {
        await using var server = await TestServer.Start(Cancel);
        var whole = await server.Stream(TestServer.Body(tokens: 100), Cancel);
        var body = AnswerFormTests.With(TestServer.Body(tokens: 100), ("stream", true));
        var had = new List<(string? Id, JsonElement Json)>();
        using (var response = await server.Send(body, Cancel))
        using (var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancel)))
            while (had.Count < 7) had.Add(TestServer.Event($"{await reader.ReadLineAsync(Cancel)}\n{await reader.ReadLineAsync(Cancel)}{await reader.ReadLineAsync(Cancel)}"));
        while (server.Ring.Head.OpenSessions > 0) await Task.Delay(2, Cancel);

        var rest = await server.Events(body, Cancel, had[^1].Id);
        Assert.Equal(AnswerFormTests.TextOf(whole, 0), AnswerFormTests.TextOf([.. had.Select(e => e.Json), .. rest.Select(e => e.Json)], 0));
        Assert.Equal(whole.Count - 7, rest.Count);
    }

    [Fact]
    public async Task Whoever_comes_back_while_the_old_connection_still_stands_takes_the_answer_over()
    {
        using var block = new ManualResetEventSlim(true);
        await using var server = await TestServer.Start(Cancel, new TestRing(
            1, TestRing.Fast(1), (_, _) => new FakeKernel(0, true, onCall: call => { if (call == 6) block.Wait(Cancel); })));
        block.Reset();
        var body = AnswerFormTests.With(TestServer.Body(tokens: 10), ("stream", true));
        using var old = await server.Send(body, Cancel);
        using var reader = new StreamReader(await old.Content.ReadAsStreamAsync(Cancel));
        var first = TestServer.Event($"{await reader.ReadLineAsync(Cancel)}\n{await reader.ReadLineAsync(Cancel)}");
        var coming = server.Events(body, Cancel, first.Id);
        while (server.Ring.Head.Usage.Completions < 1) await Task.Delay(2, Cancel);           // the old connection's answer was ended
        block.Set();
        Assert.Equal(10, (await coming).Count);
        await Assert.ThrowsAnyAsync<IOException>(async () => await reader.ReadToEndAsync(Cancel));
    }

    [Fact]
    public async Task What_is_not_kept_or_was_another_request_is_gone()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(60));
        await using var server = await TestServer.Start(new WordTokenizer(), time: time, cancel: Cancel);
        var body = AnswerFormTests.With(TestServer.Body(), ("stream", true));
        var events = await server.Events(body, Cancel);
        foreach (var id in new[] { "nothing", "cmpl-x:0", $"{events[0].Id}999", "cmpl-x:99999999999999", events[0].Id!.Split(':')[0] + ":-1" })
            Assert.Equal(HttpStatusCode.Gone, await Status(server, body, id));
        Assert.Equal(HttpStatusCode.Gone, await Status(server, AnswerFormTests.With(TestServer.Body(tokens: 9), ("stream", true)), events[0].Id!));
        time.Advance(TimeSpan.FromSeconds(119));
        Assert.Equal(HttpStatusCode.OK, await Status(server, body, events[0].Id!));
        time.Advance(TimeSpan.FromSeconds(121));
        Assert.Equal(HttpStatusCode.Gone, await Status(server, body, events[0].Id!));
    }

    private static async Task<HttpStatusCode> Status(TestServer server, JsonObject body, string lastEventId)
    {
        using var response = await server.Send(body.ToJsonString(), false, Cancel, lastEventId);
        await response.Content.ReadAsStringAsync(Cancel);
        return response.StatusCode;
    }

    private static IEnumerable<string> Told(IEnumerable<(string? Id, JsonElement Json)> events) => events.Select(e => e.Json.GetProperty("choices").GetRawText());
}
