using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using SwarmCompute.Chain.Abi;
using SwarmCompute.Chain.Crypto;
using SwarmCompute.Chain.JsonRpc;

namespace SwarmCompute.Chain;

/// <summary>Turns a log of the OrderBook contract into an event; refuses what the contract does not emit.</summary>
internal static class OrderEventReader
{
    private delegate OrderEvent Layout(Place place, ReadOnlySpan<Hash32> topics, ref AbiReader data);

    private static readonly FrozenDictionary<Hash32, (string Signature, Layout Layout)> Layouts = new (string Signature, Layout Layout)[]
    {
        ("OrderPlaced(uint64,address,bytes32,uint128,uint128,uint8,bytes32,uint64,uint32)", Placed),
        ("LeaseAssigned(uint64,uint8,uint32,address,bytes32,uint32)", Assigned),
        ("OrderRunning(uint64,uint32)", (p, _, ref d) => new OrderEvent.OrderRunning(p.Order, p.Block, p.BlockHash, p.LogIndex, d.UInt32(), p.Transaction)),
        ("OrderClosing(uint64,uint32)", (p, _, ref d) => new OrderEvent.OrderClosing(p.Order, p.Block, p.BlockHash, p.LogIndex, d.UInt32(), p.Transaction)),
        ("ReportSubmitted(uint64,uint32,bytes32,uint128,uint32)", Reported),
        ("OrderSettled(uint64,uint128,uint128,uint32)", Settled),
        ("OrderCancelled(uint64,uint128,uint32)", Cancelled),
        ("OrderExpired(uint64,uint128,uint32)", Expired),
    }.ToFrozenDictionary(layout => Keccak256.Hash(Encoding.ASCII.GetBytes(layout.Signature)));

    /// <summary>The signatures of the events that are known here.</summary>
    public static IEnumerable<string> Signatures => Layouts.Values.Select(layout => layout.Signature);

    /// <summary>Reads one log, as eth_getLogs and receipts give it.</summary>
    /// <exception cref="ChainException">The contract does not emit such a log.</exception>
    public static OrderEvent Read(JsonElement log)
    {
        var topics = Topics(log);
        if (topics.Length < 2 || !Layouts.TryGetValue(topics[0], out var known))
            throw new ChainException(ChainErrorKind.Inconsistent, $"The order book cannot have emitted the event {(topics.Length > 0 ? topics[0] : "without a topic")}.");
        var place = new Place(
            new OrderId(Word(topics[1]).UInt64()), log.Member("blockNumber").UInt64(), log.Member("blockHash").Hash(),
            LogIndex(log), log.Member("transactionHash").Hash());
        var data = new AbiReader(log.Member("data").Bytes());
        var result = known.Layout(place, topics, ref data);
        data.End();
        return result;
    }

    /// <summary>Seconds since 1970 as an instant; the last instant stands for any later one.</summary>
    public static DateTimeOffset Instant(ulong seconds) =>
        seconds <= (ulong)DateTimeOffset.MaxValue.ToUnixTimeSeconds() ? DateTimeOffset.FromUnixTimeSeconds((long)seconds) : DateTimeOffset.MaxValue;

    /// <summary>A number of units; the largest stands for any larger one.</summary>
    public static ulong Units(UInt128 units) => units <= ulong.MaxValue ? (ulong)units : ulong.MaxValue;

    private static OrderEvent.OrderPlaced Placed(Place p, ReadOnlySpan<Hash32> topics, ref AbiReader d)
    {
        var customer = Indexed(topics);
        var manifest = d.Hash();
        var (deposit, unitPrice, slots) = (d.Wei(), d.Wei(), d.UInt8());
        var (authority, endsAt, n) = (d.Hash(), Instant(d.UInt64()), d.UInt32());
        return new OrderEvent.OrderPlaced(p.Order, p.Block, p.BlockHash, p.LogIndex, n, p.Transaction, customer, manifest, deposit, unitPrice, slots, authority, endsAt);
    }

    private static OrderEvent.LeaseAssigned Assigned(Place p, ReadOnlySpan<Hash32> topics, ref AbiReader d)
    {
        var (slot, epoch, key, n) = (d.UInt8(), new LeaseEpoch(d.UInt32()), d.Hash(), d.UInt32());
        return new OrderEvent.LeaseAssigned(p.Order, p.Block, p.BlockHash, p.LogIndex, n, p.Transaction, slot, epoch, Indexed(topics), key);
    }

    private static OrderEvent.ReportSubmitted Reported(Place p, ReadOnlySpan<Hash32> topics, ref AbiReader d)
    {
        var (epoch, report, units, n) = (new LeaseEpoch(d.UInt32()), d.Hash(), Units(d.UInt128()), d.UInt32());
        return new OrderEvent.ReportSubmitted(p.Order, p.Block, p.BlockHash, p.LogIndex, n, p.Transaction, epoch, report, units);
    }

    private static OrderEvent.OrderSettled Settled(Place p, ReadOnlySpan<Hash32> topics, ref AbiReader d)
    {
        var (paid, refunded, n) = (d.Wei(), d.Wei(), d.UInt32());
        return new OrderEvent.OrderSettled(p.Order, p.Block, p.BlockHash, p.LogIndex, n, p.Transaction, paid, refunded);
    }

    private static OrderEvent.OrderCancelled Cancelled(Place p, ReadOnlySpan<Hash32> topics, ref AbiReader d)
    {
        var (refunded, n) = (d.Wei(), d.UInt32());
        return new OrderEvent.OrderCancelled(p.Order, p.Block, p.BlockHash, p.LogIndex, n, p.Transaction, refunded);
    }

    private static OrderEvent.OrderExpired Expired(Place p, ReadOnlySpan<Hash32> topics, ref AbiReader d)
    {
        var (refunded, n) = (d.Wei(), d.UInt32());
        return new OrderEvent.OrderExpired(p.Order, p.Block, p.BlockHash, p.LogIndex, n, p.Transaction, refunded);
    }

    /// <summary>The indexed address after the order.</summary>
    private static Address Indexed(ReadOnlySpan<Hash32> topics) => topics.Length == 3
        ? Word(topics[2]).Address()
        : throw new ChainException(ChainErrorKind.Inconsistent, "An event of the order book lacks its indexed address.");

    private static AbiReader Word(Hash32 topic) => new(topic.ToArray());

    private static Hash32[] Topics(JsonElement log)
    {
        var topics = log.Member("topics");
        if (topics.ValueKind != JsonValueKind.Array || topics.GetArrayLength() > 4)
            throw new ChainException(ChainErrorKind.Inconsistent, "A log has something other than up to four topics.");
        return [.. topics.EnumerateArray().Select(topic => topic.Hash())];
    }

    private static uint LogIndex(JsonElement log) => log.Member("logIndex").UInt64() is var index && index <= uint.MaxValue
        ? (uint)index
        : throw new ChainException(ChainErrorKind.Inconsistent, $"A log has the index {index}.");

    /// <summary>Where an event stands.</summary>
    private readonly record struct Place(OrderId Order, ulong Block, Hash32 BlockHash, uint LogIndex, Hash32 Transaction);
}
