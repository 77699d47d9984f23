using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using SwarmCompute.Inference.Tests.Pipeline;

namespace SwarmCompute.Inference.Tests.OpenAi;

/// <summary>A head is lost in the middle of an answer, and a plain client goes on at its successor with nothing but the id of the last event.</summary>
public sealed class TakeOverTests
{
    private const int Tokens = 30;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, InlineData(2, 3), InlineData(2, 10), InlineData(3, 1), InlineData(3, 10), InlineData(4, 7)]
    public async Task A_client_goes_on_at_the_next_head_and_its_answer_is_that_of_a_head_that_was_never_lost(int slots, int had)
    {
        await using var run = await Broken.Start(slots, told: 10, Body());
        var rest = await run.GoOn(had);
        Assert.Equal(run.Whole.Skip(had).Select(Choices), rest.Select(e => Choices(e.Json)));
        Assert.Equal(Enumerable.Range(had, Tokens + 1 - had).Select(number => $"{run.Answer}:{number}"), rest.Select(e => e.Id));
        Assert.All(rest, e => Assert.Equal(run.Answer, e.Json.GetProperty("id").GetString()));
        var usage = run.Ring.Head.Usage.Listed.Single();
        Assert.Equal((10, Tokens - 10), (usage.ResumedTokens, usage.CompletionTokens));       // what the lost head generated is not generated again
    }

    [Theory, InlineData(11), InlineData(15), InlineData(30), InlineData(31)]
    public async Task What_a_lost_head_told_and_no_stage_has_is_found_again_and_not_told_twice(int had)
    {
        await using var run = await Broken.Start(2, told: 10, Body());
        var rest = await run.GoOn(had);
        Assert.Equal(run.Whole.Skip(had).Select(Choices), rest.Select(e => Choices(e.Json)));
        Assert.Equal(Enumerable.Range(had, Tokens + 1 - had).Select(number => $"{run.Answer}:{number}"), rest.Select(e => e.Id));
        var usage = run.Ring.Head.Usage.Listed.Single();
        Assert.Equal((Math.Min(had, Tokens), Math.Max(0, Tokens - had)), (usage.ResumedTokens, usage.CompletionTokens));
        Assert.Equal(usage.CompletionTokens, run.Ring.Head.Usage.CompletionTokens);
    }

    [Fact]
    public async Task A_head_that_is_lost_at_any_token_leaves_its_client_the_same_answer_wherever_it_was() =>
        await Gen.Select(Gen.Int[2, 4], Gen.Int[1, Tokens - 1], Gen.Int[1, Tokens + 1], Gen.Bool).SampleAsync(async (slots, told, had, logprobs) =>
        {
            await using var run = await Broken.Start(slots, told, Body(("logprobs", logprobs)));
            var rest = await run.GoOn(had);
            Assert.Equal(run.Whole.Skip(had).Select(Choices), rest.Select(e => Choices(e.Json)));
            Assert.Equal(Enumerable.Range(had, Tokens + 1 - had).Select(number => $"{run.Answer}:{number}"), rest.Select(e => e.Id));
        }, iter: 12, threads: 1);

    [Theory, InlineData(1), InlineData(12), InlineData(30)]
    public async Task Several_answers_go_on_side_by_side_and_what_was_told_is_told_again_in_its_order(int had)
    {
        await using var run = await Broken.Start(3, told: 30, Body(("n", 3)));
        var rest = await run.GoOn(had);
        for (var choice = 0; choice < 3; choice++)
            Assert.Equal(AnswerFormTests.TextOf(run.Whole, choice), AnswerFormTests.TextOf([.. run.Told.Take(had), .. rest.Select(e => e.Json)], choice));
        Assert.Equal(run.Told.Skip(had).Select(Choices), rest.Take(30 - had).Select(e => Choices(e.Json)));
        Assert.Equal(Enumerable.Range(had, 3 * (Tokens + 1) - had).Select(number => $"{run.Answer}:{number}"), rest.Select(e => e.Id));
    }

    [Fact]
    public async Task Of_several_answers_what_no_stage_has_cannot_be_found_again_and_the_client_is_told_so()
    {
        await using var run = await Broken.Start(2, told: 30, Body(("n", 3)));
        using var response = await run.Server.Send(run.Request, true, Cancel, $"{run.Answer}:80");
        Assert.Equal(HttpStatusCode.Gone, response.StatusCode);
        Assert.Contains("cannot be found again", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_goes_on_at_the_third_head_what_it_went_on_with_at_the_second()
    {
        await using var run = await Broken.Start(3, told: 10, Body());
        await run.GoOn(8);
        while (run.Ring[2].Stage!.KeptHistories.Events < Tokens + 1) await Task.Delay(2, Cancel);
        await run.ReplaceHead();
        var rest = await run.GoOn(20);
        Assert.Equal(run.Whole.Skip(20).Select(Choices), rest.Select(e => Choices(e.Json)));
    }

    [Theory, InlineData(2), InlineData(3)]
    public async Task Stages_that_are_replaced_are_told_again_and_the_next_head_has_the_answer_still(int slots)
    {
        await using var run = await Broken.Start(slots, told: 10, Body());
        await run.GoOn(10);
        for (var slot = 1; slot < slots; slot++)
        {
            await run.Ring.Kill(slot);
            run.Ring.Replace(slot);
            while (run.Ring[slot].Stage!.KeptHistories.Events < Tokens + 1) await Task.Delay(2, Cancel);
        }
        await run.ReplaceHead();
        var rest = await run.GoOn(5);
        Assert.Equal(run.Whole.Skip(5).Select(Choices), rest.Select(e => Choices(e.Json)));
        Assert.Equal(0, run.Ring.Head.Usage.CompletionTokens);
    }

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public async Task One_stage_that_lives_is_enough(int survivor)
    {
        await using var run = await Broken.Start(4, told: 10, Body());
        await run.GoOn(10);
        while (run.Ring[survivor].Stage!.KeptHistories.Events < Tokens + 1) await Task.Delay(2, Cancel);
        int[] victims = [.. Enumerable.Range(0, 4).Where(slot => slot != survivor)];
        foreach (var victim in victims) await run.Ring.Kill(victim);
        run.Ring.Replace(victims);
        await run.Serve();
        var rest = await run.GoOn(5);
        Assert.Equal(run.Whole.Skip(5).Select(Choices), rest.Select(e => Choices(e.Json)));
        Assert.Equal(0, run.Ring.Head.Usage.CompletionTokens);
    }

    [Fact]
    public async Task Where_all_stages_are_lost_with_the_head_the_answer_is_gone()
    {
        await using var run = await Broken.Start(2, told: 10, Body());
        await run.Ring.Kill(1);
        await run.Ring.Kill(0);
        run.Ring.Replace(0, 1);
        await run.Serve();
        Assert.Equal(HttpStatusCode.Gone, await run.Status(run.Request, 5));
    }

    [Fact]
    public async Task Another_request_is_told_nothing_of_an_answer_that_was_taken_over()
    {
        await using var run = await Broken.Start(2, told: 10, Body());
        Assert.Equal(HttpStatusCode.Gone, await run.Status(run.Request.Replace("hello", "hullo", StringComparison.Ordinal), 5));
        Assert.Equal(HttpStatusCode.OK, await run.Status(run.Request, 5));
    }

    [Fact]
    public async Task An_answer_is_told_only_under_the_key_that_asked_for_it_at_its_own_head_and_at_the_next_one()
    {
        await using var run = await Broken.Start(2, told: 10, Body(), key: "secret");
        Assert.Equal(HttpStatusCode.Gone, await run.Status(run.Request, 5, "other"));
        Assert.Equal(HttpStatusCode.OK, await run.Status(run.Request, 5, "secret"));
        Assert.Equal(HttpStatusCode.Gone, await run.Status(run.Request, 5, "other"));
    }

    [Fact]
    public async Task A_head_whose_ring_never_stood_says_come_back_for_it_may_still_get_the_answer()
    {
        await using var server = await TestServer.Start(Cancel, new TestRing(2, attach: _ => false), stands: false);
        using var response = await server.Send(Body().ToJsonString(), true, Cancel, $"{AnswerId.New(true)}:3");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
    }

    [Fact]
    public async Task A_head_that_was_replaced_cannot_write_histories_any_more()
    {
        await using var run = await Broken.Start(3, told: 10, Body());
        var before = run.Ring[1].Stage!.KeptHistories;
        await using (var stale = await RawPeer.Dial(run.Ring[1].Wire.To, run.Ring.Credentials(0, 1), Cancel))
        {
            await stale.Send(BoundaryFrame.History(1, new AnswerHistory(AnswerId.New(true), default, 5), [], 0), Cancel);
            await stale.End(Cancel);
        }
        run.Ring[1].Wire.Freeze();                                           // or the true head would have its link back at once
        await using (var newest = await RawPeer.Dial(run.Ring[1].Wire.To, run.Ring.Credentials(0, 2), Cancel))
        {
            await newest.Send(BoundaryFrame.History(1, new AnswerHistory(AnswerId.New(true), default, 5), [], 0), Cancel);
            await newest.Send(BoundaryFrame.Ping(), Cancel);
            Assert.Equal(BoundaryFrame.Pong(), await newest.Read(Cancel));
            Assert.Equal(before, run.Ring[1].Stage!.KeptHistories);
        }
        run.Ring[1].Wire.Thaw();
        Assert.Equal(Tokens + 1 - 4, (await run.GoOn(4)).Count);
    }

    private static JsonObject Body(params (string Name, JsonNode? Value)[] more) =>
        AnswerFormTests.With(TestServer.Chat(tokens: Tokens), [("stream", true), ("temperature", 1), .. more]);

    private static string Choices(JsonElement json) => json.GetProperty("choices").GetRawText();

    /// <summary>A ring whose first head was lost when it had told so many events of an answer, all of which its stages have, and the server of its second head.</summary>
    private sealed class Broken : IAsyncDisposable
    {
        private const int PromptCalls = 3;                                   // 23 tokens, 8 a call

        private readonly ManualResetEventSlim _block = new();
        private readonly string? _key;
        private TestServer? _server;

        private Broken(int slots, int calls, string request, string? key)
        {
            (Request, _key) = (request, key);
            void OnCall(int call)
            {
                if (call > calls) _block.Wait(Cancel);
            }
            Ring = new TestRing(slots, kernels: (slot, _) => new FakeKernel(slot, slot == slots - 1, onCall: slot == slots - 1 ? OnCall : null));
        }

        public TestRing Ring { get; }

        public TestServer Server => _server!;

        public string Request { get; }

        /// <summary>The answer's id.</summary>
        public string Answer { get; private set; } = "";

        /// <summary>All events of the same request's answer where nothing is lost.</summary>
        public List<JsonElement> Whole { get; private set; } = [];

        /// <summary>What the first head told.</summary>
        public List<JsonElement> Told { get; } = [];

        public static async Task<Broken> Start(int slots, int told, JsonObject body, string? key = null)
        {
            var answers = body["n"]?.GetValue<int>() ?? 1;
            var run = new Broken(slots, answers * (PromptCalls - 1) + told, body.ToJsonString(), key);
            await using (var undisturbed = await TestServer.Start(Cancel, new TestRing(slots))) run.Whole = await undisturbed.Stream(body, Cancel);
            await run.Serve();
            using (var response = await run.Server.Send(run.Request, true, Cancel, key: key))
            using (var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancel)))
            {
                while (run.Told.Count < told)
                    run.Told.Add(TestServer.Event($"{await reader.ReadLineAsync(Cancel)}\n{await reader.ReadLineAsync(Cancel)}{await reader.ReadLineAsync(Cancel)}").Json);
                while (run.Ring[slots - 1].Stage!.KeptHistories.Events < told) await Task.Delay(2, Cancel);
                run.Answer = run.Told[0].GetProperty("id").GetString()!;
                var killing = run.Ring.Kill(0);
                run._block.Set();
                await killing;
            }
            run.Ring.Replace(0);
            await run.Serve();
            return run;
        }

        /// <summary>The head is lost, and another one takes its place.</summary>
        public async Task ReplaceHead()
        {
            await Ring.Kill(0);
            Ring.Replace(0);
            await Serve();
        }

        /// <summary>Begins to serve the ring's head.</summary>
        public async Task Serve()
        {
            if (_server is not null) await _server.DisposeAsync();
            ApiKeyTerms Key(string secret) => new(secret, Hash32.Sha256(Encoding.UTF8.GetBytes(secret)), 60, 10_000, 4);
            var keys = _key is null ? null : new ApiKeys([Key("secret"), Key("other")], TimeProvider.System);
            _server = await TestServer.Start(new WordTokenizer(), Ring, keys: keys, ownsRing: false, cancel: Cancel);
        }

        /// <summary>What a client is told that has so many events.</summary>
        public async Task<List<(string? Id, JsonElement Json)>> GoOn(int had)
        {
            using var response = await Server.Send(Request, true, Cancel, $"{Answer}:{had - 1}", _key);
            return await TestServer.Events(response, Cancel);
        }

        public async Task<HttpStatusCode> Status(string request, int had, string? key = null)
        {
            using var response = await Server.Send(request, true, Cancel, $"{Answer}:{had - 1}", key);
            await response.Content.ReadAsStringAsync(Cancel);
            return response.StatusCode;
        }

        public async ValueTask DisposeAsync()
        {
            _block.Set();
            await Server.DisposeAsync();
            await Ring.DisposeAsync();
            _block.Dispose();
        }
    }
}
