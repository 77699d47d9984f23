using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using SwarmCompute.Chain.JsonRpc;

namespace SwarmCompute.Chain;

/// <summary>The order book's events in order, each once, and only those in blocks that are final.</summary>
/// <param name="client">The chain.</param>
public sealed class OrderLog(ChainClient client)
{
    private int _range = client.Options.LogRangeMax;

    /// <summary>The cursor of a feed that has read nothing: at the block in which the order book was created.</summary>
    public ChainCursor Start => new(client.Options.DeployBlock, null);

    /// <summary>Reads the next final events, over at most <see cref="ChainOptions.LogRangeMax"/> blocks.</summary>
    /// <param name="from">What was read before. Store the cursor that comes back together with the events' effects.</param>
    /// <param name="cancel">Stops the read; nothing is lost.</param>
    /// <returns>The events in order, and the cursor behind them; the same cursor where nothing new is final.</returns>
    /// <exception cref="ChainException">No answer; or, as <see cref="ChainErrorKind.Inconsistent"/>, the finalized block went back, the
    /// chain below the cursor changed, or the endpoint contradicts itself: act on nothing and ask a person, or another endpoint.</exception>
    public async Task<(ImmutableArray<OrderEvent> Events, ChainCursor Next)> ReadFinalized(ChainCursor from, CancellationToken cancel)
    {
        var finalized = await client.FinalizedBlock(cancel).ConfigureAwait(false);
        if (finalized < from.NextBlock)
        {
            if (from.LastBlockHash is not null && finalized + 1 < from.NextBlock) throw WentBack(finalized, from.NextBlock - 1);
            return ([], from);
        }
        await CheckUnchanged(from, cancel).ConfigureAwait(false);

        var (logs, last) = await GetLogs(from.NextBlock, finalized, cancel).ConfigureAwait(false);
        var block = await client.GetBlock(Hex.Quantity(last), cancel).ConfigureAwait(false);
        var events = Decode(logs, from.NextBlock, block);
        return (events, new ChainCursor(last + 1, block.Hash));
    }

    private async Task CheckUnchanged(ChainCursor from, CancellationToken cancel)
    {
        if (from.LastBlockHash is not { } expected) return;
        var number = from.NextBlock - 1;
        var block = await client.GetBlock(Hex.Quantity(number), cancel).ConfigureAwait(false);
        if (block.Hash != expected)
            throw new ChainException(ChainErrorKind.Inconsistent, $"Block {number} was final as {expected}, and is now {block.Hash}.");
    }

    /// <summary>Asks for a range that an endpoint may find too large: halves it until it is taken, and grows it again afterwards.</summary>
    private async Task<(JsonElement Logs, ulong Last)> GetLogs(ulong first, ulong finalized, CancellationToken cancel)
    {
        while (true)
        {
            var last = Math.Min(finalized, first + (ulong)_range - 1);
            var filter = new JsonObject
            {
                ["address"] = client.Options.OrderBook.ToString(),
                ["fromBlock"] = Hex.Quantity(first),
                ["toBlock"] = Hex.Quantity(last),
            };
            try
            {
                var logs = await client.Request("eth_getLogs", [filter], cancel).ConfigureAwait(false);
                _range = Math.Min(client.Options.LogRangeMax, _range * 2);
                return (logs, last);
            }
            catch (ChainException e) when (e.Kind == ChainErrorKind.Rejected && last > first)
            {
                _range = (int)((last - first + 1) / 2);
            }
        }
    }

    private ImmutableArray<OrderEvent> Decode(JsonElement logs, ulong first, Block last)
    {
        if (logs.ValueKind != JsonValueKind.Array) throw Contradiction("logs are not a list");
        var events = ImmutableArray.CreateBuilder<OrderEvent>(logs.GetArrayLength());
        foreach (var log in logs.EnumerateArray())
        {
            if (log.TryGetProperty("removed", out var removed) && removed.ValueKind == JsonValueKind.True) throw Contradiction("a final log was removed");
            if (log.Member("address").Address() != client.Options.OrderBook) throw Contradiction("a log is of another contract");
            var next = OrderEventReader.Read(log);
            if (next.Block < first || next.Block > last.Number) throw Contradiction($"a log of block {next.Block} is outside {first} to {last.Number}");
            if (next.Block == last.Number && next.BlockHash != last.Hash) throw Contradiction($"block {next.Block} has two hashes");
            if (events.Count > 0 && !Follows(events[^1], next)) throw Contradiction($"log {next.LogIndex} of block {next.Block} is out of order");
            events.Add(next);
        }
        return events.DrainToImmutable();
    }

    private static bool Follows(OrderEvent previous, OrderEvent next) =>
        next.Block > previous.Block || (next.Block == previous.Block && next.LogIndex > previous.LogIndex && next.BlockHash == previous.BlockHash);

    private static ChainException WentBack(ulong finalized, ulong read) =>
        new(ChainErrorKind.Inconsistent, $"The finalized block went back from {read} to {finalized}; the endpoint lags, or the chain broke.");

    private ChainException Contradiction(string what) => new(ChainErrorKind.Inconsistent, $"{client.Options.Rpc} contradicts itself: {what}.");
}
