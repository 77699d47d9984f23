using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using SwarmCompute.Chain.Abi;

namespace SwarmCompute.Chain;

/// <summary>Turns logs of the OrderBook contract into events; refuses what the contract does not emit.</summary>
internal static class OrderEventReader
{
    /// <summary>The most logs that are read of one answer.</summary>
    public const int LogsMax = 1_000_000;

    /// <summary>Reads the result of eth_getLogs, whose filter named the order book.</summary>
    /// <param name="logs">Its raw UTF-8.</param>
    /// <param name="book">The order book.</param>
    /// <exception cref="ChainException">A log of another contract, one that was removed, or one that the contract does not emit.</exception>
    public static ImmutableArray<OrderEvent> ReadAll(ReadOnlySpan<byte> logs, Address book)
    {
        var reader = new LogReader(logs, LogsMax);
        var events = ImmutableArray.CreateBuilder<OrderEvent>();
        while (reader.Next())
        {
            var place = reader.Place;
            if (place.Contract != book) throw Impossible($"a log is of the contract {place.Contract}, not of {book}");
            if (place.Removed) throw Impossible($"log {place.Index} of block {place.Block} was removed");
            if (Read(place, reader.Words) is { } read) events.Add(read);
        }
        return events.DrainToImmutable();
    }

    /// <summary>Reads one log, as eth_getLogs and receipts give it.</summary>
    /// <returns>As of <see cref="Read(in LogPlace, in LogWords)"/>.</returns>
    /// <exception cref="ChainException">The contract does not emit such a log.</exception>
    public static OrderEvent? Read(JsonElement log)
    {
        var reader = new LogReader(JsonMarshal.GetRawUtf8Value(log), countMax: 1);
        return reader.Next() ? Read(reader.Place, reader.Words) : throw Impossible("a log is missing");
    }

    /// <summary>Reads one log.</summary>
    /// <returns>Null for a log that says nothing of an order's state: a skipped checkpoint, a callback, a pause, a new owner or guardian.</returns>
    /// <exception cref="ChainException">The contract does not emit such a log.</exception>
    public static OrderEvent? Read(in LogPlace place, in LogWords words)
    {
        if (IsAside(words.Topic0Prefix)) return null;
        OrderEvent? read = words.Topic0Prefix switch
        {
            OrderBookAbi.OrderPlacedEvent.Topic0Prefix => OrderPlaced(place, words),
            OrderBookAbi.AssetUsedEvent.Topic0Prefix => AssetUsed(place, words),
            OrderBookAbi.DepositAddedEvent.Topic0Prefix => DepositAdded(place, words),
            OrderBookAbi.LeaseAssignedEvent.Topic0Prefix => LeaseAssigned(place, words),
            OrderBookAbi.LeasePaidEvent.Topic0Prefix => LeasePaid(place, words),
            OrderBookAbi.OrderRunningEvent.Topic0Prefix => OrderRunning(place, words),
            OrderBookAbi.OrderClosingEvent.Topic0Prefix => OrderClosing(place, words),
            OrderBookAbi.UsageCheckpointEvent.Topic0Prefix => UsageCheckpoint(place, words),
            OrderBookAbi.ReportSubmittedEvent.Topic0Prefix => ReportSubmitted(place, words),
            OrderBookAbi.OrderDisputedEvent.Topic0Prefix => OrderDisputed(place, words),
            OrderBookAbi.OrderSettledEvent.Topic0Prefix => OrderSettled(place, words),
            OrderBookAbi.OrderCancelledEvent.Topic0Prefix => OrderCancelled(place, words),
            OrderBookAbi.OrderExpiredEvent.Topic0Prefix => OrderExpired(place, words),
            OrderBookAbi.SubOrderPlacedEvent.Topic0Prefix => SubOrderPlaced(place, words),
            OrderBookAbi.SubOrderEndedEvent.Topic0Prefix => SubOrderEnded(place, words),
            var other => throw Impossible($"log {place.Index} of block {place.Block} is the unknown event 0x{other:x16}"),
        };
        return read ?? throw Impossible($"log {place.Index} of block {place.Block} does not have the form of its event");
    }

    /// <summary>Seconds since 1970 as an instant; the last instant stands for any later one.</summary>
    public static DateTimeOffset Instant(ulong seconds) =>
        seconds <= (ulong)DateTimeOffset.MaxValue.ToUnixTimeSeconds() ? DateTimeOffset.FromUnixTimeSeconds((long)seconds) : DateTimeOffset.MaxValue;

    private static bool IsAside(ulong topic) => topic is OrderBookAbi.CheckpointSkippedEvent.Topic0Prefix or OrderBookAbi.CallbackCalledEvent.Topic0Prefix
        or OrderBookAbi.PausedEvent.Topic0Prefix or OrderBookAbi.UnpausedEvent.Topic0Prefix or OrderBookAbi.GuardianSetEvent.Topic0Prefix
        or OrderBookAbi.OwnershipTransferStartedEvent.Topic0Prefix or OrderBookAbi.OwnershipTransferredEvent.Topic0Prefix;

    private static OrderRequest Requested(in OrderBookAbi.Request request) => new()
    {
        ExternalId = request.ExternalId,
        ManifestHash = request.ManifestHash,
        Token = request.Token,
        Deposit = new Wei(request.Deposit),
        UnitPrice = new Wei(request.UnitPrice),
        Slots = request.Slots,
        AuthorityKeyHash = request.AuthorityKeyHash,
        EndsAt = Instant(request.EndsAt),
        DisputeWindow = TimeSpan.FromSeconds(request.DisputeWindow),
        UnitsPerSecondMax = request.UnitsPerSecondMax,
        Callback = request.Callback,
    };

    private static OrderEvent.OrderPlaced? OrderPlaced(in LogPlace p, in LogWords words) => OrderBookAbi.OrderPlacedEvent.TryRead(words, out var e)
        ? new(new OrderId(e.OrderId), p.Block, p.BlockHash, p.Index, e.N, p.Transaction,
            e.Customer, Requested(e.Request), new Wei(e.ComputePrice), e.ParentId == 0 ? null : new OrderId(e.ParentId), e.PolicyVersion)
        : null;

    private static OrderEvent.AssetUsed? AssetUsed(in LogPlace p, in LogWords words) => OrderBookAbi.AssetUsedEvent.TryRead(words, out var e)
        ? new(new OrderId(e.OrderId), p.Block, p.BlockHash, p.Index, e.N, p.Transaction,
            new OfferId(e.OfferId), e.Version, e.Owner, new Wei(e.UnitPrice))
        : null;

    private static OrderEvent.DepositAdded? DepositAdded(in LogPlace p, in LogWords words) => OrderBookAbi.DepositAddedEvent.TryRead(words, out var e)
        ? new(new OrderId(e.OrderId), p.Block, p.BlockHash, p.Index, e.N, p.Transaction, e.From, new Wei(e.Amount))
        : null;

    private static OrderEvent.LeaseAssigned? LeaseAssigned(in LogPlace p, in LogWords words) => OrderBookAbi.LeaseAssignedEvent.TryRead(words, out var e)
        ? new(new OrderId(e.OrderId), p.Block, p.BlockHash, p.Index, e.N, p.Transaction,
            e.Slot, new LeaseEpoch(e.Epoch), e.Provider, new OfferId(e.OfferId), e.Measurement, e.KeyHash, e.FromUnits)
        : null;

    private static OrderEvent.LeasePaid? LeasePaid(in LogPlace p, in LogWords words) => OrderBookAbi.LeasePaidEvent.TryRead(words, out var e)
        ? new(new OrderId(e.OrderId), p.Block, p.BlockHash, p.Index, e.N, p.Transaction,
            e.Slot, new LeaseEpoch(e.Epoch), e.Provider, new Wei(e.Amount))
        : null;

    private static OrderEvent.OrderRunning? OrderRunning(in LogPlace p, in LogWords words) => OrderBookAbi.OrderRunningEvent.TryRead(words, out var e)
        ? new(new OrderId(e.OrderId), p.Block, p.BlockHash, p.Index, e.N, p.Transaction)
        : null;

    private static OrderEvent.OrderClosing? OrderClosing(in LogPlace p, in LogWords words) => OrderBookAbi.OrderClosingEvent.TryRead(words, out var e)
        ? new(new OrderId(e.OrderId), p.Block, p.BlockHash, p.Index, e.N, p.Transaction, Instant(e.EndsAt))
        : null;

    private static OrderEvent.UsageCheckpoint? UsageCheckpoint(in LogPlace p, in LogWords words) => OrderBookAbi.UsageCheckpointEvent.TryRead(words, out var e)
        ? new(new OrderId(e.OrderId), p.Block, p.BlockHash, p.Index, e.N, p.Transaction, new LeaseEpoch(e.Epoch), e.Units, e.Total)
        : null;

    private static OrderEvent.ReportSubmitted? ReportSubmitted(in LogPlace p, in LogWords words) => OrderBookAbi.ReportSubmittedEvent.TryRead(words, out var e)
        ? new(new OrderId(e.OrderId), p.Block, p.BlockHash, p.Index, e.N, p.Transaction,
            new LeaseEpoch(e.Epoch), e.ReportHash, e.Units, e.Total)
        : null;

    private static OrderEvent.OrderDisputed? OrderDisputed(in LogPlace p, in LogWords words) => OrderBookAbi.OrderDisputedEvent.TryRead(words, out var e)
        ? new(new OrderId(e.OrderId), p.Block, p.BlockHash, p.Index, e.N, p.Transaction)
        : null;

    private static OrderEvent.OrderSettled? OrderSettled(in LogPlace p, in LogWords words) => OrderBookAbi.OrderSettledEvent.TryRead(words, out var e)
        ? new(new OrderId(e.OrderId), p.Block, p.BlockHash, p.Index, e.N, p.Transaction, new Wei(e.Paid), new Wei(e.Refunded))
        : null;

    private static OrderEvent.OrderCancelled? OrderCancelled(in LogPlace p, in LogWords words) => OrderBookAbi.OrderCancelledEvent.TryRead(words, out var e)
        ? new(new OrderId(e.OrderId), p.Block, p.BlockHash, p.Index, e.N, p.Transaction, new Wei(e.Refunded))
        : null;

    private static OrderEvent.OrderExpired? OrderExpired(in LogPlace p, in LogWords words) => OrderBookAbi.OrderExpiredEvent.TryRead(words, out var e)
        ? new(new OrderId(e.OrderId), p.Block, p.BlockHash, p.Index, e.N, p.Transaction, new Wei(e.Paid), new Wei(e.Refunded))
        : null;

    private static OrderEvent.SubOrderPlaced? SubOrderPlaced(in LogPlace p, in LogWords words) => OrderBookAbi.SubOrderPlacedEvent.TryRead(words, out var e)
        ? new(new OrderId(e.ParentId), p.Block, p.BlockHash, p.Index, e.N, p.Transaction, new OrderId(e.OrderId), new Wei(e.Deposit))
        : null;

    private static OrderEvent.SubOrderEnded? SubOrderEnded(in LogPlace p, in LogWords words) => OrderBookAbi.SubOrderEndedEvent.TryRead(words, out var e)
        ? new(new OrderId(e.ParentId), p.Block, p.BlockHash, p.Index, e.N, p.Transaction, new OrderId(e.OrderId), new Wei(e.Returned))
        : null;

    private static ChainException Impossible(string why) => new(ChainErrorKind.Inconsistent, $"The chain gave what the order book cannot emit: {why}.");
}
