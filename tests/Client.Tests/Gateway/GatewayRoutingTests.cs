using System.Net;
using Microsoft.AspNetCore.Http;
using SwarmCompute.Client.Gateway;

namespace SwarmCompute.Client.Tests.Gateway;

/// <summary>Where requests go, seen from outside.</summary>
public sealed class GatewayRoutingTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_prompt_goes_where_its_beginning_was_and_others_go_to_whom_had_fewest()
    {
        await using var kit = await GatewayKit.Start();
        for (var order = 1; order <= 3; order++) await kit.Head(order, new PlayedHead($"head {order}").Answer);
        await kit.Serve(null, 1, 2, 3);
        var begin = new string('a', 1000);
        var first = await Order(kit, begin);
        var others = new[] { await Order(kit, "b"), await Order(kit, "c") };
        Assert.Equal(["1", "2", "3"], others.Append(first).Order());
        for (var turn = 0; turn < 4; turn++) Assert.Equal(first, await Order(kit, begin + turn));
    }

    [Fact]
    public async Task A_busy_replica_is_left_alone_for_as_long_as_it_asks_and_the_request_moves_on()
    {
        await using var kit = await GatewayKit.Start();
        var busy = 0;
        await kit.Head(1, Busy(429, "60", () => busy++));
        await kit.Head(2, new PlayedHead("other").Answer);
        await kit.Serve(null, 1, 2);
        for (var i = 0; i < 5; i++) Assert.Equal("2", await Order(kit, "Once"));
        Assert.Equal(1, busy);
    }

    [Fact]
    public async Task When_all_are_busy_the_client_hears_how_long()
    {
        await using var kit = await GatewayKit.Start();
        await kit.Head(1, Busy(429, "30"));
        await kit.Head(2, Busy(503, "50"));
        await kit.Serve(null, 1, 2);
        using var response = await kit.Post(new { prompt = "Once" });
        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.InRange(response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 30);
    }

    [Fact]
    public async Task An_answer_that_has_begun_waits_where_the_others_are_busy()
    {
        await using var kit = await GatewayKit.Start();
        var refusals = 2;
        await kit.Head(1, new PlayedHead("first") { BreaksAfter = 4, EndsStream = true }.Answer);
        await kit.Head(2, context => refusals-- > 0 ? Busy(429, null)(context) : new PlayedHead("other").Answer(context));
        await kit.Serve(null, 1, 2);
        using var response = await kit.Open(new { prompt = "Once", stream = true });
        Assert.Equal(PlayedHead.Text, (await StreamedText.Read(response)).Text);
    }

    [Fact]
    public async Task An_order_that_is_over_gets_nothing_more_and_what_it_had_goes_on_elsewhere()
    {
        await using var kit = await GatewayKit.Start();
        var taken = new TaskCompletionSource();
        await kit.Head(1, async context =>
        {
            taken.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        });
        await kit.Head(2, new PlayedHead("other").Answer);
        await kit.Serve(null, 1, 2);
        var opening = kit.Open(new { prompt = "Once", stream = true });
        await taken.Task.WaitAsync(Cancel);
        kit.Close(1);
        using var response = await opening;
        Assert.Equal(PlayedHead.Text, (await StreamedText.Read(response)).Text);
        Assert.Single(kit.Log, line => line.StartsWith("order 1 is Completed", StringComparison.Ordinal));
        Assert.Equal("2", await Order(kit, "Once"));
        kit.Close(2);
        var end = await Assert.ThrowsAsync<SwarmException>(() => kit.Running.WaitAsync(Cancel));
        Assert.Contains("every order is over", end.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Orders_of_different_models_are_no_replicas()
    {
        await using var kit = await GatewayKit.Start();
        var head = await kit.Head(1, new PlayedHead("first").Answer);
        kit.Announce(2, head, 1, model: "another model");
        kit.Announce(3, head, 1, threads: 2);
        kit.Close(4);
        await Refuses(kit, "give orders of the same model", 1, 2);
        await Refuses(kit, "an order is named twice", 1, 1);
        await Refuses(kit, "order 4 is Completed", 1, 4);
        await Refuses(kit, "does not know order 5", 1, 5);
        await kit.Serve(null, 1, 3);
        Assert.Contains(kit.Log, line => line.Contains("threads differ", StringComparison.Ordinal));
    }

    private static async Task Refuses(GatewayKit kit, string why, params int[] orders)
    {
        var error = await Assert.ThrowsAsync<SwarmException>(() => kit.Gateway(null, orders));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    private static async Task<string> Order(GatewayKit kit, string prompt)
    {
        using var response = await kit.Post(new { prompt });
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return Assert.Single(response.Headers.GetValues(ClientReply.OrderHeader));
    }

    private static RequestDelegate Busy(int status, string? retryAfter, Action? asked = null) => context =>
    {
        asked?.Invoke();
        context.Response.StatusCode = status;
        if (retryAfter is not null) context.Response.Headers.RetryAfter = retryAfter;
        return context.Response.WriteAsync("""{"error":{"message":"full","code":"sessions_full"}}""", context.RequestAborted);
    };
}
