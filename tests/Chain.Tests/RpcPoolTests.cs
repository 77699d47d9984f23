using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using SwarmCompute.Chain.JsonRpc;
using SwarmCompute.Chain.Tests.Support;

namespace SwarmCompute.Chain.Tests;

/// <summary>Several endpoints, of which some fail.</summary>
public sealed class RpcPoolTests
{
    private const ulong ChainId = 31337;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("limit exceeded")]
    [InlineData("too many requests")]
    [InlineData("the method eth_gasPrice does not exist/is not available")]
    [InlineData("pruned history unavailable")]
    [InlineData("unknown block")]
    public async Task What_one_endpoint_cannot_serve_another_one_does(string refusal)
    {
        var asked = new Asked();
        await using var first = Server(asked, "first", _ => ScriptedRpc.Error(refusal));
        await using var second = Server(asked, "second", _ => ScriptedRpc.Result("0x2"));
        using var pool = Pool(first, second);
        Assert.Equal("\"0x2\"", await Ask(pool, "eth_gasPrice"));
        Assert.Equal(["first", "second"], asked);
    }

    [Fact]
    public async Task An_endpoint_that_is_gone_is_passed_over()
    {
        var asked = new Asked();
        var gone = Server(asked, "gone", _ => null);
        await gone.DisposeAsync();
        await using var second = Server(asked, "second", _ => ScriptedRpc.Result("0x2"));
        using var pool = Pool(gone, second);
        Assert.Equal("\"0x2\"", await Ask(pool, "eth_gasPrice"));
    }

    [Fact]
    public async Task An_endpoint_that_failed_is_left_alone_while_another_one_answers()
    {
        var asked = new Asked();
        await using var silent = Server(asked, "silent", _ => null);
        await using var second = Server(asked, "second", _ => ScriptedRpc.Result("0x2"));
        using var pool = new RpcPool([silent.Uri, second.Uri], new RpcLimits(TimeSpan.FromMilliseconds(200)), TimeProvider.System);
        for (var i = 0; i < 4; i++) await Ask(pool, "eth_gasPrice");
        Assert.Equal(["silent", "second", "second", "second", "second"], asked);
    }

    [Fact]
    public async Task A_refusal_of_the_request_is_not_taken_elsewhere()
    {
        var asked = new Asked();
        await using var first = Server(asked, "first", _ => ScriptedRpc.Error("insufficient funds for gas * price + value"));
        await using var second = Server(asked, "second", _ => ScriptedRpc.Result("0x2"));
        using var pool = Pool(first, second);
        var failure = await Assert.ThrowsAsync<ChainException>(() => Ask(pool, "eth_sendRawTransaction"));
        Assert.Equal((ChainErrorKind.InsufficientFunds, false), (failure.Kind, failure.MayHaveArrived));
        Assert.Equal(["first"], asked);
    }

    [Fact]
    public async Task A_signed_transaction_is_taken_elsewhere_and_a_later_refusal_says_that_it_may_have_arrived()
    {
        var asked = new Asked();
        await using var first = Server(asked, "first", _ => "<html>bad gateway</html>");
        await using var second = Server(asked, "second", _ => ScriptedRpc.Error("nonce too low"));
        using var pool = Pool(first, second);
        var failure = await Assert.ThrowsAsync<ChainException>(() => Ask(pool, "eth_sendRawTransaction"));
        Assert.Equal((ChainErrorKind.NonceTooLow, true), (failure.Kind, failure.MayHaveArrived));
    }

    [Theory]
    [InlineData("anvil_mine")]
    [InlineData("eth_sendTransaction")]
    public async Task What_must_not_be_done_twice_goes_to_one_endpoint_only(string method)
    {
        var asked = new Asked();
        await using var first = Server(asked, "first", _ => "<html>bad gateway</html>");
        await using var second = Server(asked, "second", _ => ScriptedRpc.Result("0x2"));
        using var pool = Pool(first, second);
        await Assert.ThrowsAsync<ChainException>(() => Ask(pool, method));
        Assert.Equal(["first"], asked);
    }

    [Fact]
    public async Task The_endpoint_that_answers_fastest_is_asked()
    {
        var asked = new Asked();
        await using var slow = Server(asked, "slow", _ => ScriptedRpc.Result("0x1"), thinksMs: 150);
        await using var fast = Server(asked, "fast", _ => ScriptedRpc.Result("0x2"));
        using var pool = Pool(slow, fast);
        for (var i = 0; i < 5; i++) await Ask(pool, "eth_gasPrice");
        Assert.Equal(["slow", "fast", "fast", "fast", "fast"], asked);
    }

    [Fact]
    public async Task A_limit_that_ends_soon_is_waited_for()
    {
        var requests = 0;
        await using var server = new ScriptedRpc((_, _) => ++requests == 1 ? ScriptedRpc.Error("limit exceeded") : ScriptedRpc.Result("0x2"));
        using var pool = Pool(server);
        Assert.Equal("\"0x2\"", await Ask(pool, "eth_getLogs"));
        Assert.Equal(2, requests);
    }

    [Fact]
    public async Task A_method_that_an_endpoint_limits_leaves_the_others_free()
    {
        var asked = new Asked();
        await using var first = new ScriptedRpc((method, _) =>
        {
            asked.Enqueue($"first {method}");
            return method == "eth_getLogs" ? ScriptedRpc.Error("limit exceeded") : ScriptedRpc.Result("0x1");
        });
        await using var second = Server(asked, "second", _ => ScriptedRpc.Result("0x2"), thinksMs: 100);
        using var pool = Pool(first, second);
        await Ask(pool, "eth_getLogs");
        await Ask(pool, "eth_getLogs");
        Assert.Equal("\"0x1\"", await Ask(pool, "eth_gasPrice"));
        Assert.Equal(["first eth_getLogs", "second", "second", "first eth_gasPrice"], asked);
    }

    [Fact]
    public async Task An_endpoint_of_another_chain_is_refused_even_beside_a_right_one()
    {
        await using var right = new ScriptedRpc((_, _) => ScriptedRpc.Result("0x7a69"));
        await using var wrong = new ScriptedRpc((_, _) => ScriptedRpc.Result("0x38"));
        using var pool = Pool(right, wrong);
        var failure = await Assert.ThrowsAsync<ChainException>(() => pool.RequireChain(ChainId, Cancel));
        Assert.Equal(ChainErrorKind.WrongChain, failure.Kind);
    }

    [Fact]
    public async Task An_endpoint_that_comes_back_as_another_chain_is_not_asked_any_more()
    {
        var asked = new Asked();
        var chain = "0x7a69";
        var fails = false;
        await using var first = new ScriptedRpc((method, _) =>
        {
            asked.Enqueue(method);
            return fails ? "<html>" : ScriptedRpc.Result(method == "eth_chainId" ? chain : "0x1");
        });
        using var pool = Pool(first);
        await pool.RequireChain(ChainId, Cancel);
        await Ask(pool, "eth_gasPrice");
        fails = true;
        await Assert.ThrowsAsync<ChainException>(() => Ask(pool, "eth_gasPrice"));
        (fails, chain) = (false, "0x38");
        var failure = await Assert.ThrowsAsync<ChainException>(() => Ask(pool, "eth_gasPrice"));
        Assert.Equal(ChainErrorKind.WrongChain, failure.Kind);
        Assert.Equal(["eth_chainId", "eth_gasPrice", "eth_gasPrice", "eth_chainId"], asked);
    }

    [Fact]
    public async Task One_endpoint_that_is_away_does_not_keep_a_client_from_connecting()
    {
        var gone = new ScriptedRpc((_, _) => null);
        await gone.DisposeAsync();
        await using var right = new ScriptedRpc((_, _) => ScriptedRpc.Result("0x7a69"));
        using var pool = Pool(gone, right);
        await pool.RequireChain(ChainId, Cancel);
        Assert.Equal("\"0x7a69\"", await Ask(pool, "eth_gasPrice"));
    }

    [Fact]
    public async Task Requests_beyond_the_rate_are_answered_too()
    {
        await using var server = new ScriptedRpc((_, _) => ScriptedRpc.Result("0x2"));
        using var pool = new RpcPool([server.Uri], new RpcLimits(TimeSpan.FromSeconds(10), RequestsPerSecond: 20), TimeProvider.System);
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => Ask(pool, "eth_gasPrice")));
        Assert.All(answers, answer => Assert.Equal("\"0x2\"", answer));
    }

    [Fact]
    public async Task An_answer_larger_than_allowed_is_given_up_on()
    {
        await using var server = new ScriptedRpc((_, _) => ScriptedRpc.Result(new string('x', 50_000)));
        using var pool = new RpcPool([server.Uri], new RpcLimits(TimeSpan.FromSeconds(10), AnswerBytesMax: 40_000), TimeProvider.System);
        Assert.Equal(ChainErrorKind.RangeTooLarge, (await Assert.ThrowsAsync<ChainException>(() => Ask(pool, "eth_getLogs"))).Kind);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10_000)]
    [InlineData(100_000)]
    [InlineData(3_000_000)]
    public async Task A_result_of_any_size_comes_as_it_was_written(int size)
    {
        var text = new string('x', size);
        await using var server = new ScriptedRpc((_, _) => ScriptedRpc.Result(new JsonArray(text, 1)));
        using var pool = Pool(server);
        Assert.Equal($"[\"{text}\",1]", await Ask(pool, "eth_getLogs"));
    }

    private static RpcPool Pool(params ScriptedRpc[] servers) => new([.. servers.Select(s => s.Uri)], new RpcLimits(TimeSpan.FromSeconds(10)), TimeProvider.System);

    private static async Task<string> Ask(RpcPool pool, string method)
    {
        using var body = await pool.Call(RpcRequest.Of(method, []), Cancel);
        return Encoding.UTF8.GetString(body.Result.Span);
    }

    private static ScriptedRpc Server(Asked asked, string name, Func<string, string?> answer, int thinksMs = 0) => new((method, _) =>
    {
        asked.Enqueue(name);
        return answer(method);
    })
    { Delay = TimeSpan.FromMilliseconds(thinksMs) };

    private sealed class Asked : ConcurrentQueue<string>;
}
