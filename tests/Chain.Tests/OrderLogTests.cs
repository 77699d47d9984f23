using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using SwarmCompute.Chain.Abi;
using SwarmCompute.Chain.Crypto;
using SwarmCompute.Chain.Tests.Support;

namespace SwarmCompute.Chain.Tests;

/// <summary>The feed of final events, against anvil and against endpoints that lie.</summary>
public sealed class OrderLogTests(DevelopmentChain chain) : IClassFixture<DevelopmentChain>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_event_is_delivered_only_when_its_block_is_final()
    {
        var before = await Feed.ReadAll(chain.Client, Cancel);
        using var script = new OrderScript(chain);
        await script.Place(deposit: 10, unitPrice: 1, slots: 1, Cancel);
        var placedIn = await chain.Client.LatestBlock(Cancel);

        while (await chain.Client.FinalizedBlock(Cancel) < placedIn)
        {
            Assert.DoesNotContain(await Feed.ReadAll(chain.Client, Cancel), e => e.Order == script.Order);
            await chain.Anvil.Mine(1, Cancel);
        }
        var delivered = Assert.Single(await Feed.ReadAll(chain.Client, Cancel), e => e.Order == script.Order);
        Assert.Equal(placedIn, delivered.Block);
        Assert.DoesNotContain(before, e => e.Order == script.Order);
    }

    [Fact]
    public async Task Any_range_delivers_every_event_once_and_in_order()
    {
        using var script = new OrderScript(chain);
        await script.Place(deposit: 10, unitPrice: 1, slots: 3, Cancel);
        for (var slot = 0; slot < 3; slot++) await script.Assign(slot, epoch: 1, Cancel);
        await chain.Anvil.Mine(5, Cancel);

        var expected = await Feed.ReadAll(chain.Client, Cancel);
        await using var small = await ChainClient.Connect(chain.Options with { LogRangeMax = 1 }, Cancel);
        var actual = await Feed.ReadAll(small, Cancel);
        Assert.Equal(expected.Where(e => e.Order == script.Order), actual.Where(e => e.Order == script.Order));
        Assert.Equal(OrderStatus.Running, OrderView.Fold(actual.Where(e => e.Order == script.Order))!.Status);
    }

    [Fact]
    public async Task A_cursor_at_the_head_gives_itself_back()
    {
        var (_, next) = await ReadToEnd();
        var (events, again) = await new OrderLog(chain.Client).ReadFinalized(next, Cancel);
        Assert.Empty(events);
        Assert.Equal(next, again);
    }

    [Fact]
    public async Task A_finalized_block_that_went_back_is_refused()
    {
        await using var server = new ScriptedRpc((method, _) => ScriptedRpc.Result(method == "eth_getBlockByNumber" ? Block(90) : null));
        await using var client = server.Client();
        await Inconsistent(client, new ChainCursor(101, Hash(100)), "went back from 100 to 90");
    }

    [Fact]
    public async Task A_final_block_that_changed_its_hash_is_refused()
    {
        await using var server = new ScriptedRpc((_, parameters) => ScriptedRpc.Result(Block(parameters[0]!.GetValue<string>() == "finalized" ? 120UL : 100UL)));
        await using var client = server.Client();
        await Inconsistent(client, new ChainCursor(101, Hash(99)), "Block 100 was final as");
    }

    [Theory]
    [InlineData("a log of another contract")]
    [InlineData("a log outside the range")]
    [InlineData("a removed log")]
    [InlineData("logs out of order")]
    [InlineData("one log twice")]
    [InlineData("another hash of the last block")]
    [InlineData("not a list")]
    public async Task Logs_that_contradict_the_question_are_refused(string lie)
    {
        await using var server = new ScriptedRpc((method, parameters) => ScriptedRpc.Result(method == "eth_getLogs" ? Lie(lie) : Block(5)));
        await using var client = server.Client();
        await Inconsistent(client, new ChainCursor(1, null), "contradicts itself");
    }

    [Fact]
    public async Task A_range_that_the_endpoint_finds_too_large_is_halved_until_it_fits()
    {
        List<ulong> asked = [];
        await using var server = new ScriptedRpc((method, parameters) =>
        {
            if (method != "eth_getLogs") return ScriptedRpc.Result(Block(parameters[0]!.GetValue<string>() is "finalized" ? 5000UL : Number(parameters[0]!)));
            var span = Number(parameters[0]!["toBlock"]!) - Number(parameters[0]!["fromBlock"]!) + 1;
            asked.Add(span);
            return span > 300 ? ScriptedRpc.Error("exceed maximum block range: 300") : ScriptedRpc.Result(new JsonArray());
        });
        await using var client = server.Client();
        var (events, next) = await new OrderLog(client).ReadFinalized(new ChainCursor(1, null), Cancel);
        Assert.Empty(events);
        Assert.Equal(251UL, next.NextBlock);
        Assert.Equal([1000UL, 500UL, 250UL], asked);
    }

    [Fact]
    public async Task An_endpoint_that_refuses_even_one_block_is_reported()
    {
        await using var server = new ScriptedRpc((method, _) => method == "eth_getLogs" ? ScriptedRpc.Error("limit exceeded") : ScriptedRpc.Result(Block(50)));
        await using var client = server.Client();
        var failure = await Assert.ThrowsAsync<ChainException>(() => new OrderLog(client).ReadFinalized(new ChainCursor(1, null), Cancel));
        Assert.Equal(ChainErrorKind.Rejected, failure.Kind);
    }

    private static JsonNode Lie(string lie) => lie switch
    {
        "a log of another contract" => new JsonArray(Log(5, 0, address: "0x00000000000000000000000000000000000000ff")),
        "a log outside the range" => new JsonArray(Log(6, 0)),
        "a removed log" => new JsonArray(Log(5, 0, removed: true)),
        "logs out of order" => new JsonArray(Log(4, 1), Log(4, 0)),
        "one log twice" => new JsonArray(Log(4, 1), Log(4, 1)),
        "another hash of the last block" => new JsonArray(Log(5, 0, hash: Hash(9))),
        _ => new JsonObject(),
    };

    private static JsonObject Log(ulong block, uint index, string address = "0x00000000000000000000000000000000000000aa", bool removed = false, Hash32? hash = null) => new()
    {
        ["address"] = address,
        ["topics"] = new JsonArray($"0x{Keccak256.Hash(Encoding.ASCII.GetBytes("OrderRunning(uint64,uint32)"))}", "0x" + "7".PadLeft(64, '0')),
        ["data"] = "0x" + Convert.ToHexStringLower(AbiWriter.Arguments().Add(2).ToArray()),
        ["blockNumber"] = Quantity(block),
        ["blockHash"] = $"0x{hash ?? Hash(block)}",
        ["logIndex"] = Quantity(index),
        ["transactionHash"] = $"0x{Hash(1)}",
        ["removed"] = removed,
    };

    private static JsonObject Block(ulong number) => new() { ["number"] = Quantity(number), ["hash"] = $"0x{Hash(number)}" };

    private static Hash32 Hash(ulong number) => Hash32.Sha256(BitConverter.GetBytes(number));

    private static string Quantity(ulong number) => string.Create(CultureInfo.InvariantCulture, $"0x{number:x}");

    private static ulong Number(JsonNode quantity) => ulong.Parse(quantity.GetValue<string>()[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static async Task Inconsistent(ChainClient client, ChainCursor from, string text)
    {
        var failure = await Assert.ThrowsAsync<ChainException>(() => new OrderLog(client).ReadFinalized(from, Cancel));
        Assert.Equal(ChainErrorKind.Inconsistent, failure.Kind);
        Assert.Contains(text, failure.Message, StringComparison.Ordinal);
    }

    private async Task<(ImmutableArray<OrderEvent> Events, ChainCursor Next)> ReadToEnd()
    {
        var log = new OrderLog(chain.Client);
        var cursor = log.Start;
        while (true)
        {
            var read = await log.ReadFinalized(cursor, Cancel);
            if (read.Next == cursor) return read;
            cursor = read.Next;
        }
    }
}
