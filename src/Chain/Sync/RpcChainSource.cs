using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using SwarmCompute.Chain.Abi;
using SwarmCompute.Chain.JsonRpc;

namespace SwarmCompute.Chain.Sync;

/// <summary>Reads headers and logs over JSON-RPC, and refuses answers that are not to the question.</summary>
/// <param name="client">The chain.</param>
internal sealed class RpcChainSource(ChainClient client) : IChainSource
{
    private const int LogsMax = 100_000;

    public int Endpoints => client.EndpointCount;

    public Address Book => client.Options.OrderBook;

    public Task<BlockHeader?> Header(int endpoint, string tag, CancellationToken cancel) => Header(endpoint, "eth_getBlockByNumber", tag, cancel);

    public async Task<BlockHeader?> Header(int endpoint, ulong number, CancellationToken cancel)
    {
        var header = await Header(endpoint, "eth_getBlockByNumber", Hex.Quantity(number), cancel).ConfigureAwait(false);
        return header is null || header.Number == number ? header : throw Contradiction($"asked for block {number}, an endpoint gave {header.Number}");
    }

    public async Task<BlockHeader?> Header(int endpoint, Hash32 hash, CancellationToken cancel)
    {
        var header = await Header(endpoint, "eth_getBlockByHash", $"0x{hash}", cancel).ConfigureAwait(false);
        return header is null || header.Hash == hash ? header : throw Contradiction($"asked for block 0x{hash}, an endpoint gave 0x{header.Hash}");
    }

    public async Task<ImmutableArray<BookLog>> Logs(int endpoint, Hash32 block, CancellationToken cancel)
    {
        var logs = await Logs(endpoint, Filter(order: null, ("blockHash", $"0x{block}")), cancel).ConfigureAwait(false);
        return logs.All(log => log.BlockHash == block) ? logs : throw Contradiction($"asked for the logs of block 0x{block}, an endpoint gave another's");
    }

    public async Task<ImmutableArray<BookLog>> Logs(int endpoint, ulong first, ulong last, OrderId? order, CancellationToken cancel)
    {
        var logs = await Logs(endpoint, Filter(order, ("fromBlock", Hex.Quantity(first)), ("toBlock", Hex.Quantity(last))), cancel).ConfigureAwait(false);
        return logs.FirstOrDefault(log => log.Block < first || log.Block > last) is { } stray
            ? throw Contradiction($"a log of block {stray.Block} is outside {first} to {last}")
            : logs;
    }

    private async Task<BlockHeader?> Header(int endpoint, string method, string which, CancellationToken cancel)
    {
        var block = await client.RequestAt(endpoint, method, [which, false], cancel).ConfigureAwait(false);
        if (block.ValueKind == JsonValueKind.Null) return null;
        var bloom = block.Member("logsBloom").Bytes();
        if (bloom.Length != LogBloom.Size) throw Contradiction($"a filter has {bloom.Length} bytes");
        return new BlockHeader(block.Member("number").UInt64(), block.Member("hash").Hash(), block.Member("parentHash").Hash(), new LogBloom(bloom),
            OrderEventReader.Instant(block.Member("timestamp").UInt64()));
    }

    private async Task<ImmutableArray<BookLog>> Logs(int endpoint, JsonObject filter, CancellationToken cancel)
    {
        using var logs = await client.RequestRawAt(endpoint, "eth_getLogs", [filter], cancel).ConfigureAwait(false);
        return logs.Result.Span is [(byte)'[', ..] ? ReadAll(logs.Result.Span) : throw Contradiction("logs are not a list");
    }

    private ImmutableArray<BookLog> ReadAll(ReadOnlySpan<byte> json)
    {
        var reader = new LogReader(json, LogsMax);
        var read = ImmutableArray.CreateBuilder<BookLog>();
        while (reader.Next())
        {
            var place = reader.Place;
            var words = reader.Words;
            if (place.Removed) throw Contradiction("a log on the chain was removed");
            if (place.Contract != Book) throw Contradiction("a log is of another contract");
            var next = new BookLog(place.Block, place.BlockHash, place.Index, TopicsOf(words), OrderEventReader.Read(place, words));
            if (read.Count > 0 && !Follows(read[^1], next)) throw Contradiction($"log {next.Index} of block {next.Block} is out of order");
            read.Add(next);
        }
        return read.DrainToImmutable();
    }

    private static ImmutableArray<Hash32> TopicsOf(in LogWords words)
    {
        var topics = new Hash32[words.Topics.Length / Hash32.Size];
        for (var i = 0; i < topics.Length; i++) topics[i] = new Hash32(words.Topics.Slice(i * Hash32.Size, Hash32.Size));
        return ImmutableCollectionsMarshal.AsImmutableArray(topics);
    }

    private JsonObject Filter(OrderId? order, params ReadOnlySpan<(string Name, string Value)> members)
    {
        var filter = new JsonObject { ["address"] = Book.ToString() };
        foreach (var (name, value) in members) filter[name] = value;
        if (order is { } only) filter["topics"] = new JsonArray(null, string.Create(CultureInfo.InvariantCulture, $"0x{only.Value:x64}"));
        return filter;
    }

    private static bool Follows(BookLog previous, BookLog next) =>
        next.Block > previous.Block || (next.Block == previous.Block && next.Index > previous.Index && next.BlockHash == previous.BlockHash);

    private static ChainException Contradiction(string what) => new(ChainErrorKind.Inconsistent, $"An endpoint contradicts itself: {what}.");
}
