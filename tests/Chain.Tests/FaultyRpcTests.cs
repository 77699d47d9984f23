using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using SwarmCompute.Chain.Development;
using SwarmCompute.Chain.JsonRpc;
using SwarmCompute.Chain.Tests.Support;
using SwarmCompute.Chain.Transactions;

namespace SwarmCompute.Chain.Tests;

/// <summary>What a client sees of each fault, in front of a real chain.</summary>
public sealed class FaultyRpcTests(DevelopmentChain chain) : IClassFixture<DevelopmentChain>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_a_fault_the_chain_behind_is_all_there_is_to_see()
    {
        await using var proxy = FaultyRpc.Start(chain.Anvil.Rpc, FaultPlan.None);
        await using var client = await ChainClient.Connect(chain.Options with { Rpc = proxy.Endpoint }, Cancel);
        Assert.Equal(await chain.Client.LatestBlock(Cancel), await client.LatestBlock(Cancel));
        var refused = await Assert.ThrowsAsync<ChainException>(() => new OrderBook(client, DevelopmentChain.Sender).Settle(new OrderId(999), Cancel));
        Assert.Equal(ChainErrorKind.Reverted, refused.Kind);
        Assert.Empty(proxy.Injected);
    }

    [Theory]
    [InlineData(RpcFault.TooManyRequests, ChainErrorKind.RateLimited)]
    [InlineData(RpcFault.LimitExceeded, ChainErrorKind.RateLimited)]
    [InlineData(RpcFault.NotJson, ChainErrorKind.Unreachable)]
    [InlineData(RpcFault.WrongId, ChainErrorKind.Unreachable)]
    [InlineData(RpcFault.DroppedConnection, ChainErrorKind.Unreachable)]
    [InlineData(RpcFault.Silence, ChainErrorKind.Timeout)]
    public async Task A_fault_of_the_endpoint_is_a_failure_of_its_kind(RpcFault fault, ChainErrorKind kind)
    {
        await using var proxy = Proxy(fault);
        using var endpoint = new RpcEndpoint(proxy.Endpoint, new RpcLimits(TimeSpan.FromSeconds(1)), TimeProvider.System);
        Assert.Equal(kind, (await Assert.ThrowsAsync<ChainException>(() => endpoint.Call("eth_gasPrice", [], Cancel))).Kind);
        Assert.Equal(1, proxy.Injected[fault]);
    }

    [Theory]
    [InlineData(RpcFault.TooManyRequests)]
    [InlineData(RpcFault.LimitExceeded)]
    [InlineData(RpcFault.NotJson)]
    [InlineData(RpcFault.WrongId)]
    [InlineData(RpcFault.DroppedConnection)]
    [InlineData(RpcFault.Silence)]
    public async Task Beside_an_endpoint_that_is_well_a_fault_is_not_noticed(RpcFault fault)
    {
        await using var proxy = FaultyRpc.Start(chain.Anvil.Rpc, FaultPlan.None);
        await using var client = await ChainClient.Connect(
            chain.Options with { Endpoints = [proxy.Endpoint, chain.Anvil.Rpc], RequestTimeout = TimeSpan.FromSeconds(2) }, Cancel);
        proxy.Inject(fault);
        for (var i = 0; i < 5; i++) Assert.True(await client.LatestBlock(Cancel) > 0);
    }

    [Fact]
    public async Task The_time_to_wait_is_handed_on()
    {
        await using var proxy = Proxy(RpcFault.TooManyRequests);
        using var endpoint = new RpcEndpoint(proxy.Endpoint, new RpcLimits(TimeSpan.FromSeconds(1)), TimeProvider.System);
        var failure = await Assert.ThrowsAsync<ChainException>(() => endpoint.Call("eth_gasPrice", [], Cancel));
        Assert.Equal(TimeSpan.FromSeconds(1), failure.RetryAfter);
    }

    [Fact]
    public async Task A_method_of_some_endpoints_only_is_unsupported()
    {
        await using var proxy = Proxy(RpcFault.MethodNotFound);
        Assert.Equal(ChainErrorKind.Unsupported, (await Assert.ThrowsAsync<ChainException>(() => Ask(proxy, "eth_getFinalizedHeader", -2))).Kind);
    }

    [Fact]
    public async Task Another_chain_is_seen_on_connecting()
    {
        await using var proxy = Proxy(RpcFault.WrongChain);
        var failure = await Assert.ThrowsAsync<ChainException>(() => ChainClient.Connect(chain.Options with { Rpc = proxy.Endpoint }, Cancel));
        Assert.Equal(ChainErrorKind.WrongChain, failure.Kind);
    }

    [Theory]
    [InlineData(RpcFault.TruncatedLogs)]
    [InlineData(RpcFault.DuplicatedLogs)]
    [InlineData(RpcFault.ReorderedLogs)]
    [InlineData(RpcFault.EmptyLogs)]
    [InlineData(RpcFault.RemovedLogs)]
    public async Task Logs_are_changed_as_the_fault_says(RpcFault fault)
    {
        var logs = await Logs();
        await using var proxy = Proxy(fault);
        var seen = Texts(await Ask(proxy, "eth_getLogs", Filter()));
        List<string> expected = fault switch
        {
            RpcFault.TruncatedLogs => [.. logs[..^1]],
            RpcFault.DuplicatedLogs => [logs[0], .. logs],
            RpcFault.ReorderedLogs => [.. logs.Reverse()],
            RpcFault.EmptyLogs => [],
            _ => [.. logs[..^1], logs[^1].Replace("\"removed\":false", "\"removed\":true", StringComparison.Ordinal)],
        };
        Assert.Equal(expected, seen);
        Assert.NotEqual(logs, seen);
    }

    [Fact]
    public async Task A_bloom_is_empty_where_there_are_logs_and_full_where_there_are_none()
    {
        await Logs();
        await using var proxy = Proxy(RpcFault.WrongBloom);
        var last = Logs(await chain.Client.Request("eth_getLogs", [Filter()], Cancel))[^1].Member("blockNumber").GetString();
        Assert.Equal("0x" + new string('0', 512), (await Ask(proxy, "eth_getBlockByNumber", last, false)).Member("logsBloom").GetString());
        Assert.Equal("0x" + new string('f', 512), (await Ask(proxy, "eth_getBlockByNumber", "0x0", false)).Member("logsBloom").GetString());
    }

    [Fact]
    public async Task The_finalized_block_stands_still_or_goes_back()
    {
        await chain.Anvil.Mine(8, Cancel);
        await using var proxy = FaultyRpc.Start(chain.Anvil.Rpc, FaultPlan.None);
        await using var client = await ChainClient.Connect(chain.Options with { Rpc = proxy.Endpoint }, Cancel);
        var before = await client.FinalizedBlock(Cancel);
        proxy.Inject(RpcFault.StaleFinalized);
        Assert.Equal(before, await client.FinalizedBlock(Cancel));
        await chain.Anvil.Mine(5, Cancel);
        Assert.Equal(before, await client.FinalizedBlock(Cancel));
        proxy.Heal();
        Assert.Equal(before + 5, await client.FinalizedBlock(Cancel));
        proxy.Inject(RpcFault.BackwardFinalized, times: 1);
        Assert.Equal(before + 2, await client.FinalizedBlock(Cancel));
        Assert.Equal(before + 5, await client.FinalizedBlock(Cancel));
    }

    [Fact]
    public async Task A_nonce_is_five_too_high()
    {
        await using var proxy = Proxy(RpcFault.WrongNonce);
        var address = Anvil.Accounts[9].Address.ToString();
        var right = (await chain.Client.Request("eth_getTransactionCount", [address, "latest"], Cancel)).UInt64();
        Assert.Equal(right + 5, (await Ask(proxy, "eth_getTransactionCount", address, "latest")).UInt64());
    }

    [Fact]
    public async Task A_transaction_is_taken_and_forgotten()
    {
        await using var proxy = Proxy(RpcFault.DroppedTransaction);
        var (raw, hash) = await Transfer(account: 4);
        Assert.Equal($"0x{hash}", (await Ask(proxy, "eth_sendRawTransaction", raw)).GetString());
        Assert.Equal(JsonValueKind.Null, (await Ask(proxy, "eth_getTransactionByHash", $"0x{hash}")).ValueKind);
    }

    [Fact]
    public async Task Another_transaction_takes_the_place_of_one()
    {
        await using var proxy = Proxy(RpcFault.ReplacedTransaction);
        var (raw, hash) = await Transfer(account: 5);
        Assert.Equal($"0x{hash}", (await Ask(proxy, "eth_sendRawTransaction", raw)).GetString());
        await chain.Anvil.Mine(1, Cancel);
        Assert.Equal(JsonValueKind.Null, (await Ask(proxy, "eth_getTransactionReceipt", $"0x{hash}")).ValueKind);
        Assert.Equal(1UL, (await Ask(proxy, "eth_getTransactionCount", Anvil.Accounts[5].Address.ToString(), "latest")).UInt64());
    }

    [Fact]
    public async Task A_transaction_arrives_though_its_answer_does_not()
    {
        await using var proxy = Proxy(RpcFault.LostAnswer);
        var (raw, hash) = await Transfer(account: 6);
        Assert.Equal(ChainErrorKind.Unreachable, (await Assert.ThrowsAsync<ChainException>(() => Ask(proxy, "eth_sendRawTransaction", raw))).Kind);
        await chain.Anvil.Mine(1, Cancel);
        Assert.Equal(JsonValueKind.Object, (await Ask(proxy, "eth_getTransactionReceipt", $"0x{hash}")).ValueKind);
    }

    [Fact]
    public async Task A_slow_answer_is_whole()
    {
        await using var proxy = Proxy(RpcFault.SlowRead);
        var block = await Ask(proxy, "eth_getBlockByNumber", "0x0", false);
        Assert.Equal((await chain.Client.Request("eth_getBlockByNumber", ["0x0", false], Cancel)).Member("hash").GetString(), block.Member("hash").GetString());
    }

    [Theory]
    [InlineData(RpcFault.SilentSocket, false)]
    [InlineData(RpcFault.DroppedSocket, true)]
    public async Task A_socket_falls_silent_or_is_cut(RpcFault fault, bool cut)
    {
        await using var proxy = FaultyRpc.Start(chain.Anvil.Rpc, FaultPlan.None);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(proxy.Socket, Cancel);
        await socket.SendAsync(Encoding.UTF8.GetBytes("""{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}"""), WebSocketMessageType.Text, true, Cancel);
        var buffer = new byte[1000];
        var answer = await socket.ReceiveAsync(buffer, Cancel);
        Assert.Contains("0x7a69", Encoding.UTF8.GetString(buffer, 0, answer.Count), StringComparison.Ordinal);

        proxy.Inject(fault);
        await socket.SendAsync(Encoding.UTF8.GetBytes("""{"jsonrpc":"2.0","id":2,"method":"eth_chainId","params":[]}"""), WebSocketMessageType.Text, true, Cancel);
        var receiving = socket.ReceiveAsync(buffer, Cancel);
        while (!proxy.Injected.ContainsKey(fault)) await Task.Delay(10, Cancel);
        if (cut) await Assert.ThrowsAsync<WebSocketException>(() => receiving);
        else Assert.Equal(WebSocketState.Open, socket.State);
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_faults()
    {
        async Task<string> Run(int seed)
        {
            await using var proxy = FaultyRpc.Start(chain.Anvil.Rpc, FaultPlan.Random(seed, 0.3, RpcFault.LimitExceeded, RpcFault.NotJson));
            using var endpoint = new RpcEndpoint(proxy.Endpoint, new RpcLimits(TimeSpan.FromSeconds(5)), TimeProvider.System);
            var seen = new StringBuilder();
            for (var i = 0; i < 30; i++) seen.Append(CultureInfo.InvariantCulture, $"{await KindOf(endpoint)} ");
            return seen.ToString();
        }
        var first = await Run(1);
        Assert.Equal(first, await Run(1));
        Assert.NotEqual(first, await Run(2));
        Assert.Contains("RateLimited", first, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rule_waits_for_its_turn_and_ends()
    {
        await using var proxy = FaultyRpc.Start(chain.Anvil.Rpc, new FaultPlan([new FaultRule(RpcFault.NotJson) { Method = "eth_gasPrice", After = 2, Times = 1 }]));
        using var endpoint = new RpcEndpoint(proxy.Endpoint, new RpcLimits(TimeSpan.FromSeconds(5)), TimeProvider.System);
        List<string> seen = [];
        for (var i = 0; i < 4; i++) seen.Add(await KindOf(endpoint));
        Assert.Equal(["", "", "Unreachable", ""], seen);
    }

    private static async Task<string> KindOf(RpcEndpoint endpoint)
    {
        try
        {
            await endpoint.Call("eth_gasPrice", [], Cancel);
            return "";
        }
        catch (ChainException e)
        {
            return e.Kind.ToString();
        }
    }

    private FaultyRpc Proxy(RpcFault fault) => FaultyRpc.Start(chain.Anvil.Rpc, new FaultPlan([new FaultRule(fault)]));

    private static async Task<JsonElement> Ask(FaultyRpc proxy, string method, params JsonNode?[] parameters)
    {
        using var endpoint = new RpcEndpoint(proxy.Endpoint, new RpcLimits(TimeSpan.FromSeconds(20)), TimeProvider.System);
        return await endpoint.Call(method, [.. parameters], Cancel);
    }

    private JsonObject Filter() => new() { ["address"] = chain.Options.Token.ToString(), ["fromBlock"] = "0x0", ["toBlock"] = "latest" };

    private static JsonElement[] Logs(JsonElement logs) => [.. logs.EnumerateArray()];

    private static string[] Texts(JsonElement logs) => [.. Logs(logs).Select(log => log.GetRawText())];

    /// <summary>At least three logs of the token.</summary>
    private async Task<string[]> Logs()
    {
        for (var i = 0; i < 3; i++) await new Token(chain.Client, DevelopmentChain.Deployer).Mint(DevelopmentChain.Provider.Address, new Wei(1), Cancel);
        return Texts(await chain.Client.Request("eth_getLogs", [Filter()], Cancel));
    }

    private async Task<(string Raw, Hash32 Hash)> Transfer(int account)
    {
        var sender = Anvil.Accounts[account];
        var nonce = (await chain.Client.Request("eth_getTransactionCount", [sender.Address.ToString(), "latest"], Cancel)).UInt64();
        var raw = new FeeMarketTransaction(chain.Options.ChainId, nonce, new Wei(50_000_000), 21_000, Anvil.Accounts[0].Address, ReadOnlyMemory<byte>.Empty, new Wei(1)).Sign(sender);
        return (Hex.Data(raw), SignedTransaction.Read(raw)!.Hash);
    }
}
