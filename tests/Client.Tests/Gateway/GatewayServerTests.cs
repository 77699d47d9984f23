using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Http;
using SwarmCompute.Client.Gateway;

namespace SwarmCompute.Client.Tests.Gateway;

/// <summary>The local endpoint: whom it lets in, what it takes, and how it is with slow clients and at its end.</summary>
public sealed class GatewayServerTests
{
    private const string Json = "application/json";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("POST", "/v1/completions", Json, "no json", 400)]
    [InlineData("POST", "/v1/completions", Json, "[]", 400)]
    [InlineData("POST", "/v1/completions", "text/plain", "{}", 415)]
    [InlineData("POST", "/v1/files", Json, "{}", 404)]
    [InlineData("POST", "/v1/models", Json, "{}", 405)]
    [InlineData("PUT", "/v1/chat/completions", Json, "{}", 405)]
    public async Task What_is_no_request_is_refused_with_a_reason_and_no_head_hears_of_it(string method, string path, string type, string body, int status)
    {
        await using var kit = await Serving(out var head);
        using var message = new HttpRequestMessage(new HttpMethod(method), path) { Content = new StringContent(body, Encoding.UTF8, type) };
        using var response = await kit.Client.SendAsync(message, Cancel);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Contains("\"message\"", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Empty(head.Asked);
    }

    [Fact]
    public async Task A_body_that_is_too_long_is_refused()
    {
        await using var kit = await Serving(out var head);
        using var response = await kit.Post(new { prompt = new string('x', GatewayOptions.RequestBytesMax) });
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Empty(head.Asked);
    }

    [Fact]
    public async Task A_page_that_a_browser_takes_for_this_machine_is_not_let_in()
    {
        await using var kit = await Serving(out var head);
        using var message = new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = new StringContent("{}", Encoding.UTF8, Json) };
        message.Headers.Host = "rebound.example";
        using var response = await kit.Client.SendAsync(message, Cancel);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Empty(head.Asked);
    }

    [Fact]
    public async Task Where_keys_are_asked_for_none_is_let_in_without_and_no_head_sees_one()
    {
        const string key = "sk-0123456789abcdef";
        await using var kit = await GatewayKit.Start();
        var seen = new List<string?>();
        await kit.Head(1, context =>
        {
            seen.Add(context.Request.Headers.Authorization);
            return context.Response.WriteAsync("""{"data":[]}""", context.RequestAborted);
        });
        await kit.Serve(new GatewayOptions { Keys = GatewayKeys.Parse(Encoding.UTF8.GetBytes(key)) }, 1);
        using var refused = await kit.Client.GetAsync("/v1/models", Cancel);
        kit.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var taken = await kit.Client.GetAsync("/v1/models", Cancel);
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.OK), (refused.StatusCode, taken.StatusCode));
        Assert.Null(Assert.Single(seen));
    }

    [Fact]
    public async Task More_requests_than_allowed_are_refused()
    {
        await using var kit = await GatewayKit.Start();
        var taken = new TaskCompletionSource();
        await kit.Head(1, Hang(taken));
        await kit.Serve(new GatewayOptions { RequestsMax = 1 }, 1);
        var hanging = kit.Open(new { prompt = "Once", stream = true });
        await taken.Task.WaitAsync(Cancel);
        using var refused = await kit.Post(new { prompt = "Once" });
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        await kit.StopGateway();
        using var ended = await hanging;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ended.StatusCode);
    }

    [Fact]
    public async Task A_client_that_leaves_ends_what_it_asked_of_the_head()
    {
        await using var kit = await GatewayKit.Start();
        var (taken, ended) = (new TaskCompletionSource(), new TaskCompletionSource());
        await kit.Head(1, async context =>
        {
            context.RequestAborted.Register(ended.SetResult);
            await Hang(taken)(context);
        });
        await kit.Serve(null, 1);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var asking = kit.Client.PostAsync("/v1/completions", new StringContent("""{"prompt":"Once","stream":true}""", Encoding.UTF8, Json), leaving.Token);
        await taken.Task.WaitAsync(Cancel);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await ended.Task.WaitAsync(Cancel);
    }

    [Fact]
    public async Task A_client_that_does_not_read_holds_the_head_back_and_loses_nothing()
    {
        const int pieces = 1500, size = 64 * 1024;
        await using var kit = await GatewayKit.Start();
        var sent = 0;
        await kit.Head(1, async context =>
        {
            for (var index = 0; index < pieces; index++)
            {
                await context.Response.WriteAsync($$$"""data: {"choices":[{"text":"{{{new string('x', size)}}}","finish_reason":null}],"swarm":{"token":1,"index":{{{index}}}}}""" + "\n\n", context.RequestAborted);
                Interlocked.Increment(ref sent);
            }
            await context.Response.WriteAsync("""data: {"choices":[{"text":"","finish_reason":"stop"}]}""" + "\n\ndata: [DONE]\n\n", context.RequestAborted);
        });
        await kit.Serve(null, 1);
        using var response = await kit.Open(new { prompt = "Once", stream = true });
        for (var before = -1; before != sent;)
        {
            before = sent;
            await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, Cancel);
        }
        Assert.InRange(sent, 1, pieces / 2);
        Assert.Equal(pieces * (long)size, (await StreamedText.Read(response)).Text.Length);
    }

    [Fact]
    public async Task A_stream_that_runs_when_the_gateway_stops_ends_with_an_error()
    {
        await using var kit = await GatewayKit.Start();
        var taken = new TaskCompletionSource();
        await kit.Head(1, async context =>
        {
            await context.Response.WriteAsync("""data: {"choices":[{"text":"t0","finish_reason":null}],"swarm":{"token":100,"index":0}}""" + "\n\n", Cancel);
            await context.Response.Body.FlushAsync(Cancel);
            await Hang(taken)(context);
        });
        await kit.Serve(null, 1);
        using var response = await kit.Open(new { prompt = "Once", stream = true });
        await kit.StopGateway();
        var answer = await StreamedText.Read(response);
        Assert.Equal(("t0", "gateway_stopped"), (answer.Text, answer.ErrorCode));
    }

    [Fact]
    public async Task An_address_that_is_taken_is_told_in_one_line()
    {
        await using var kit = await Serving(out _);
        var options = new GatewayOptions { Listen = new IPEndPoint(IPAddress.Loopback, kit.Client.BaseAddress!.Port) };
        var error = await Assert.ThrowsAsync<SwarmException>(() => GatewayServer.Start(null!, options, _ => { }, Cancel));
        Assert.Contains("give another --listen", error.Message, StringComparison.Ordinal);
    }

    private static RequestDelegate Hang(TaskCompletionSource taken) => async context =>
    {
        taken.TrySetResult();
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
    };

    private static async Task<GatewayKit> Serving(PlayedHead head)
    {
        var kit = await GatewayKit.Start();
        await kit.Head(1, head.Answer);
        return await kit.Serve(null, 1);
    }

    private static Task<GatewayKit> Serving(out PlayedHead head) => Serving(head = new PlayedHead("head"));
}
