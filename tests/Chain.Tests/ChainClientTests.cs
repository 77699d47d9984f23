using System.Net;
using System.Net.Sockets;
using SwarmCompute.Chain.Abi;
using SwarmCompute.Chain.Crypto;
using SwarmCompute.Chain.JsonRpc;
using SwarmCompute.Chain.Tests.Support;

namespace SwarmCompute.Chain.Tests;

/// <summary>Endpoints that are absent, wrong, silent or hostile: one clear line, in bounded time and memory.</summary>
public sealed class ChainClientTests
{
    private static readonly RuntimeCode Book = RuntimeCode.Of("OrderBook");
    private static readonly string Code = Hex.Data(Book.Code.AsSpan());

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_endpoint_that_nobody_serves_is_unreachable()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = new Uri($"http://{listener.LocalEndpoint}");
        listener.Stop();
        await using var server = new ScriptedRpc((_, _) => null);
        await Fails(ChainErrorKind.Unreachable, "cannot be reached", server.Options() with { Rpc = address });
    }

    [Fact]
    public async Task An_endpoint_that_does_not_answer_times_out()
    {
        await using var server = new ScriptedRpc((_, _) => null);
        await Fails(ChainErrorKind.Timeout, "did not answer eth_chainId", server.Options() with { RequestTimeout = TimeSpan.FromMilliseconds(300) });
    }

    [Fact]
    public async Task Cancelling_is_not_a_timeout()
    {
        await using var server = new ScriptedRpc((_, _) => null);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var connecting = ChainClient.Connect(server.Options() with { RequestTimeout = TimeSpan.FromMinutes(1) }, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
    }

    [Fact]
    public async Task Another_chain_is_refused()
    {
        await using var server = new ScriptedRpc((_, _) => ScriptedRpc.Result("0x38"));
        await Fails(ChainErrorKind.WrongChain, "serves chain 56, but chain 97 is configured", server.Options(chainId: 97));
    }

    [Fact]
    public async Task Other_code_than_ours_is_refused_by_name_and_hash()
    {
        await using var server = new ScriptedRpc((method, _) => ScriptedRpc.Result(method == "eth_chainId" ? "0x7a69" : "0x6001"));
        var failure = await Fails(ChainErrorKind.WrongCode, "the OrderBook, is another one", server.Options());
        Assert.Contains(Keccak256.Hash(Book.Code.AsSpan()).ToString(), failure.Message, StringComparison.Ordinal);
        Assert.Contains(Keccak256.Hash([0x60, 0x01]).ToString(), failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_of_orders_needs_no_vault()
    {
        await using var server = new ScriptedRpc((method, _) => ScriptedRpc.Result(method == "eth_chainId" ? "0x7a69" : Code));
        await using var client = await ChainClient.ConnectToOrderBook(server.Options(), Cancel);
        await Fails(ChainErrorKind.WrongCode, "the EscrowVault", server.Options());
    }

    [Fact]
    public async Task Values_that_a_constructor_wrote_into_the_code_do_not_count()
    {
        var code = Book.Code.ToArray();
        var range = Book.Immutables[0];
        code[range.Start] = 7;
        await using var server = new ScriptedRpc((method, _) => ScriptedRpc.Result(method == "eth_chainId" ? "0x7a69" : Hex.Data(code)));
        await using var client = await ChainClient.ConnectToOrderBook(server.Options(), Cancel);
        code[range.End.Value] ^= 1;
        await using var other = new ScriptedRpc((method, _) => ScriptedRpc.Result(method == "eth_chainId" ? "0x7a69" : Hex.Data(code)));
        var failure = await Assert.ThrowsAsync<ChainException>(() => ChainClient.ConnectToOrderBook(other.Options(), Cancel));
        Assert.Equal(ChainErrorKind.WrongCode, failure.Kind);
    }

    [Fact]
    public async Task An_address_without_code_is_named()
    {
        await using var server = new ScriptedRpc((method, parameters) => ScriptedRpc.Result(
            method == "eth_chainId" ? "0x7a69" : parameters[0]!.GetValue<string>().EndsWith("bb", StringComparison.Ordinal) ? "0x" : Code));
        await Fails(ChainErrorKind.NoCode, "as EscrowVault", server.Options());
    }

    [Theory]
    [InlineData("<html>", "other than JSON")]
    [InlineData("[]", "other than JSON-RPC")]
    [InlineData("{}", "other than JSON-RPC")]
    [InlineData("{\"id\": 77,\"result\":\"0x7a69\"}", "the id of another request")]
    [InlineData("{\"result\":\"0x7a69\"}", "the id of another request")]
    [InlineData("{\"id\":1,\"result\":\"0x1\",\"result\":\"0x7a69\"}", "other than JSON")]
    [InlineData("{\"id\":1,\"result\":\"0x7a69\"}{}", "other than JSON")]
    [InlineData("{\"id\":1,\"result\":12}", "where a quantity is due")]
    [InlineData("{\"id\":1,\"result\":\"0xzz\"}", "where a quantity is due")]
    [InlineData("{\"id\":1,\"result\":\"0x1ffffffffffffffffffffffffffffffff\"}", "where a quantity is due")]
    [InlineData("{\"result\":[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]}", "other than JSON")]
    public async Task An_answer_that_is_not_the_protocol_is_refused(string body, string expected)
    {
        await using var server = new ScriptedRpc((_, _) => body);
        await Fails(ChainErrorKind.Unreachable, expected, server.Options());
    }

    [Fact]
    public async Task An_answer_too_large_is_not_read()
    {
        await using var server = new ScriptedRpc((_, _) => new string(' ', 17 * 1024 * 1024));
        await Fails(ChainErrorKind.Rejected, "more than 16777216 bytes", server.Options() with { RequestTimeout = TimeSpan.FromSeconds(30) });
    }

    [Fact]
    public async Task An_http_error_is_named()
    {
        await using var server = new ScriptedRpc((_, _) => "out of order", "502 Bad Gateway");
        await Fails(ChainErrorKind.Unreachable, "HTTP 502", server.Options());
    }

    [Fact]
    public async Task An_endpoint_that_asks_to_wait_longer_than_a_request_may_take_is_reported_with_its_wait()
    {
        await using var server = new ScriptedRpc((_, _) => "slow down", "429 Too Many Requests") { Headers = "Retry-After: 40\r\n" };
        var failure = await Fails(ChainErrorKind.RateLimited, "HTTP 429", server.Options());
        Assert.Equal(TimeSpan.FromSeconds(40), failure.RetryAfter);
    }

    [Fact]
    public async Task What_the_endpoint_says_is_cut_and_kept_on_one_line()
    {
        await using var server = new ScriptedRpc((_, _) => ScriptedRpc.Error("limit\nexceeded " + new string('x', 10_000)));
        var failure = await Assert.ThrowsAsync<ChainException>(() => ChainClient.Connect(server.Options(), Cancel));
        Assert.Contains("limitexceeded", failure.Message, StringComparison.Ordinal);
        Assert.InRange(failure.Message.Length, 1, 500);
    }

    [Fact]
    public async Task All_options_out_of_range_are_named_at_once()
    {
        await using var server = new ScriptedRpc((_, _) => null);
        var options = server.Options() with { Finality = "pending", LogRangeMax = 0, Rpc = new Uri("ftp://localhost") };
        var failure = await Assert.ThrowsAsync<ChainException>(() => ChainClient.Connect(options, Cancel));
        Assert.Contains("Endpoints names ftp", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Finality is pending", failure.Message, StringComparison.Ordinal);
        Assert.Contains("LogRangeMax is 0", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<ChainException> Fails(ChainErrorKind kind, string text, ChainOptions options)
    {
        var failure = await Assert.ThrowsAsync<ChainException>(() => ChainClient.Connect(options, Cancel));
        Assert.Equal(kind, failure.Kind);
        Assert.Contains(text, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
        return failure;
    }
}
