using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using SwarmCompute.Client.Gateway;

namespace SwarmCompute.Client.Tests.Gateway;

/// <summary>Heads that break off, refuse and are replaced: the client sees one answer.</summary>
public sealed class GatewayFailureTests
{
    private static readonly object Prompt = new { model = "swarm", prompt = "Once", stream = true };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(7)]
    public async Task An_answer_that_breaks_off_goes_on_at_the_next_head_of_its_order(int token)
    {
        await using var kit = await GatewayKit.Start();
        var second = new PlayedHead("second");
        var next = await kit.Head(1, second.Answer, epoch: 2);
        await kit.Head(1, new PlayedHead("first") { BreaksAfter = token, Broke = () => kit.Announce(1, next, 2) }.Answer);
        await kit.Serve(null, 1);
        using var response = await kit.Open(Prompt);
        var answer = await StreamedText.Read(response);
        Assert.Equal((PlayedHead.Text, true), (answer.Text, answer.IsDone));
        Assert.Single(second.Asked);
        Assert.Contains(kit.Log, line => line.Contains("order 1 has a new head", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_answer_that_breaks_off_goes_on_at_another_replica_as_one_answer()
    {
        await using var kit = await GatewayKit.Start();
        var other = new PlayedHead("other");
        await kit.Head(1, new PlayedHead("first") { BreaksAfter = 5, EndsStream = true }.Answer);
        await kit.Head(2, other.Answer);
        await kit.Serve(null, 1, 2);
        using var response = await kit.Open(new { prompt = "Once", stream = true, stream_options = new { include_usage = true } });
        var answer = await StreamedText.Read(response);
        Assert.Equal((PlayedHead.Text, true), (answer.Text, answer.IsDone));
        Assert.Equal(8, answer.Pieces[^1]["usage"]!["completion_tokens"]!.GetValue<int>());
        Assert.Single(answer.Pieces.Select(p => (p["id"]!.GetValue<string>(), p["created"]!.GetValue<long>())).Distinct());
        var asked = Assert.Single(other.Asked);
        Assert.Equal(("Once", 5), (asked["prompt"]!.GetValue<string>(), asked["swarm"]!["resume_tokens"]!.AsArray().Count));
    }

    [Fact]
    public async Task A_client_that_comes_with_tokens_gets_the_rest_over_a_break_too()
    {
        await using var kit = await GatewayKit.Start();
        await kit.Head(1, new PlayedHead("first") { BreaksAfter = 5, EndsStream = true }.Answer);
        await kit.Head(2, new PlayedHead("other").Answer);
        await kit.Serve(null, 1, 2);
        using var response = await kit.Open(new { prompt = "Once", stream = true, swarm = new { resume_tokens = new[] { 100, 101 } } });
        Assert.Equal("t2t3t4t5t6t7", (await StreamedText.Read(response)).Text);
    }

    [Fact]
    public async Task A_whole_answer_that_breaks_off_is_asked_for_again()
    {
        await using var kit = await GatewayKit.Start();
        await kit.Head(1, new PlayedHead("first") { BreaksAfter = 20 }.Answer);
        await kit.Head(2, new PlayedHead("other").Answer);
        await kit.Serve(null, 1, 2);
        using var response = await kit.Post(new { prompt = "Once" });
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!;
        Assert.Equal(("other", PlayedHead.Text), (answer["id"]!.GetValue<string>(), answer["choices"]![0]!["text"]!.GetValue<string>()));
        Assert.Equal("2", Assert.Single(response.Headers.GetValues(ClientReply.OrderHeader)));
    }

    [Fact]
    public async Task Several_streamed_answers_that_break_off_end_with_an_error()
    {
        await using var kit = await GatewayKit.Start();
        await kit.Head(1, new PlayedHead("first") { BreaksAfter = 3, EndsStream = true }.Answer);
        await kit.Serve(null, 1);
        using var response = await kit.Open(new { prompt = "Once", stream = true, n = 2 });
        var answer = await StreamedText.Read(response);
        Assert.Equal(("answer_broke_off", false), (answer.ErrorCode, answer.IsDone));
    }

    [Fact]
    public async Task A_request_that_breaks_every_head_is_given_up()
    {
        await using var kit = await GatewayKit.Start();
        var heads = Enumerable.Range(1, 3).Select(i => new PlayedHead($"head {i}") { BreaksAfter = 0 }).ToList();
        for (var order = 1; order <= 3; order++) await kit.Head(order, heads[order - 1].Answer);
        await kit.Serve(null, 1, 2, 3);
        using var response = await kit.Open(Prompt);
        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal(4, heads.Sum(h => h.Asked.Count));
    }

    [Fact]
    public async Task What_every_head_would_refuse_is_passed_on_at_once()
    {
        await using var kit = await GatewayKit.Start();
        var asked = 0;
        RequestDelegate Refuse(int status, string code) => async context =>
        {
            Interlocked.Increment(ref asked);
            context.Response.StatusCode = status;
            await context.Response.WriteAsync($$$"""{"error":{"message":"no","type":"x","param":null,"code":"{{{code}}}"}}""", context.RequestAborted);
        };
        await kit.Head(1, c => c.Request.Path == "/v1/embeddings" ? Refuse(404, "not_here")(c) : Refuse(500, "grammar_not_followed")(c));
        await kit.Serve(null, 1);
        using var unknown = await kit.Post(new { input = "x" }, "/v1/embeddings");
        using var grammar = await kit.Open(Prompt);
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.InternalServerError, 2), (unknown.StatusCode, grammar.StatusCode, asked));
        Assert.Contains("not_here", await unknown.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_in_the_middle_of_a_stream_is_passed_on_where_no_head_could_do_better()
    {
        await using var kit = await GatewayKit.Start();
        await kit.Head(1, async context =>
        {
            await context.Response.WriteAsync("""data: {"id":"a","created":1,"choices":[{"text":"t0","finish_reason":null}],"swarm":{"token":100,"index":0}}""" + "\n\n", Cancel);
            await context.Response.WriteAsync("""data: {"error":{"message":"no candidate","type":"server_error","param":null,"code":"grammar_not_followed"}}""" + "\n\n", Cancel);
        });
        await kit.Serve(null, 1);
        using var response = await kit.Open(Prompt);
        var answer = await StreamedText.Read(response);
        Assert.Equal(("t0", "grammar_not_followed", false), (answer.Text, answer.ErrorCode, answer.IsDone));
    }

    [Fact]
    public async Task A_token_out_of_order_is_never_told()
    {
        await using var kit = await GatewayKit.Start();
        await kit.Head(1, c => c.Response.WriteAsync("""data: {"choices":[{"text":"t3","finish_reason":null}],"swarm":{"token":103,"index":3}}""" + "\n\n", Cancel));
        await kit.Head(2, new PlayedHead("other").Answer);
        await kit.Serve(null, 1, 2);
        using var response = await kit.Open(Prompt);
        Assert.Equal(PlayedHead.Text, (await StreamedText.Read(response)).Text);
    }

    [Fact]
    public async Task A_head_that_hangs_is_left_when_the_swarm_has_replaced_it()
    {
        await using var kit = await GatewayKit.Start();
        var taken = new TaskCompletionSource();
        await kit.Head(1, async context =>
        {
            taken.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        });
        var next = await kit.Head(1, new PlayedHead("second").Answer, epoch: 2);
        await kit.Serve(null, 1);
        var opening = kit.Open(Prompt);
        await taken.Task.WaitAsync(Cancel);
        kit.Announce(1, next, 2);
        using var response = await opening;
        Assert.Equal(PlayedHead.Text, (await StreamedText.Read(response)).Text);
    }

    [Fact]
    public async Task A_head_of_another_order_gets_no_prompt()
    {
        await using var kit = await GatewayKit.Start();
        var stranger = new PlayedHead("stranger");
        await kit.Head(1, stranger.Answer, certifiedFor: 9);
        await kit.Serve(new GatewayOptions { RecoveryTimeout = TimeSpan.FromSeconds(1) }, 1);
        using var response = await kit.Open(Prompt);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Empty(stranger.Asked);
    }
}
