using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using SwarmCompute.Chain.Abi;
using SwarmCompute.Chain.Crypto;
using SwarmCompute.Chain.Sync;
using SwarmCompute.Chain.Tests.Support;

namespace SwarmCompute.Chain.Tests.Sync;

/// <summary>Answers that are not to the question are refused, whatever they say.</summary>
public sealed class RpcChainSourceTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("a log of another contract", "of another contract")]
    [InlineData("a log outside the range", "is outside 1 to 5")]
    [InlineData("a removed log", "was removed")]
    [InlineData("logs out of order", "out of order")]
    [InlineData("one log twice", "out of order")]
    [InlineData("two hashes of one block", "out of order")]
    [InlineData("not a list", "not a list")]
    public async Task Logs_that_contradict_the_question_are_refused(string lie, string text)
    {
        await using var server = new ScriptedRpc((_, _) => ScriptedRpc.Result(Lie(lie)));
        await using var client = server.Client();
        await Inconsistent(() => new RpcChainSource(client).Logs(0, 1, 5, null, Cancel), text);
    }

    [Fact]
    public async Task Logs_of_another_block_than_was_asked_for_are_refused()
    {
        await using var server = new ScriptedRpc((_, _) => ScriptedRpc.Result(new JsonArray(Log(5, 0))));
        await using var client = server.Client();
        await Inconsistent(() => new RpcChainSource(client).Logs(0, Hash(6), Cancel), "gave another's");
        Assert.Single(await new RpcChainSource(client).Logs(0, Hash(5), Cancel));
    }

    [Fact]
    public async Task A_header_of_another_number_or_hash_than_was_asked_for_is_refused()
    {
        await using var server = new ScriptedRpc((_, _) => ScriptedRpc.Result(Header(5)));
        await using var client = server.Client();
        var source = new RpcChainSource(client);
        await Inconsistent(() => source.Header(0, 6UL, Cancel), "asked for block 6");
        await Inconsistent(() => source.Header(0, Hash(6), Cancel), "asked for block 0x");
        Assert.Equal(new BlockId(5, Hash(5)), (await source.Header(0, 5UL, Cancel))!.Id);
        Assert.Equal(Hash(4), (await source.Header(0, "latest", Cancel))!.Parent);
    }

    [Fact]
    public async Task A_block_that_is_not_there_is_nothing()
    {
        await using var server = new ScriptedRpc((_, _) => ScriptedRpc.Result(null));
        await using var client = server.Client();
        Assert.Null(await new RpcChainSource(client).Header(0, Hash(6), Cancel));
    }

    private static JsonNode Lie(string lie) => lie switch
    {
        "a log of another contract" => new JsonArray(Log(5, 0, address: "0x00000000000000000000000000000000000000ff")),
        "a log outside the range" => new JsonArray(Log(6, 0)),
        "a removed log" => new JsonArray(Log(5, 0, removed: true)),
        "logs out of order" => new JsonArray(Log(4, 1), Log(4, 0)),
        "one log twice" => new JsonArray(Log(4, 1), Log(4, 1)),
        "two hashes of one block" => new JsonArray(Log(4, 1), Log(4, 2, hash: Hash(9))),
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

    private static JsonObject Header(ulong number) => new()
    {
        ["number"] = Quantity(number),
        ["hash"] = $"0x{Hash(number)}",
        ["parentHash"] = $"0x{Hash(number - 1)}",
        ["timestamp"] = "0x1",
        ["logsBloom"] = "0x" + new string('0', 512),
    };

    private static Hash32 Hash(ulong number) => Hash32.Sha256(BitConverter.GetBytes(number));

    private static string Quantity(ulong number) => string.Create(CultureInfo.InvariantCulture, $"0x{number:x}");

    private static async Task Inconsistent(Func<Task> ask, string text)
    {
        var failure = await Assert.ThrowsAsync<ChainException>(ask);
        Assert.Equal(ChainErrorKind.Inconsistent, failure.Kind);
        Assert.Contains(text, failure.Message, StringComparison.Ordinal);
    }
}
