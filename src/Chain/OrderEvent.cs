namespace SwarmCompute.Chain;

/// <summary>What the OrderBook contract said about one order. Closed: the records in here are all there are.</summary>
public abstract record OrderEvent
{
    private OrderEvent(OrderId order, ulong block, Hash32 blockHash, uint logIndex, uint sequence, Hash32 transaction)
    {
        Order = order;
        Block = block;
        BlockHash = blockHash;
        LogIndex = logIndex;
        Sequence = sequence;
        Transaction = transaction;
    }

    /// <summary>The order.</summary>
    public OrderId Order { get; init; }

    /// <summary>The block's number.</summary>
    public ulong Block { get; init; }

    /// <summary>The block's hash.</summary>
    public Hash32 BlockHash { get; init; }

    /// <summary>The place of the event among all logs of the block; (Block, LogIndex) identifies a final event.</summary>
    public uint LogIndex { get; init; }

    /// <summary>The order's own count of its events, from 1 without gaps.</summary>
    public uint Sequence { get; init; }

    /// <summary>The transaction that emitted it.</summary>
    public Hash32 Transaction { get; init; }

    /// <summary>An order was placed and its deposit locked.</summary>
    public sealed record OrderPlaced(
        OrderId Order, ulong Block, Hash32 BlockHash, uint LogIndex, uint Sequence, Hash32 Transaction,
        Address Customer, Hash32 ManifestHash, Wei Deposit, Wei UnitPrice, int Slots, Hash32 AuthorityKeyHash, DateTimeOffset EndsAt)
        : OrderEvent(Order, Block, BlockHash, LogIndex, Sequence, Transaction);

    /// <summary>A slot has a new lease; leases of the slot with a lower epoch are over.</summary>
    public sealed record LeaseAssigned(
        OrderId Order, ulong Block, Hash32 BlockHash, uint LogIndex, uint Sequence, Hash32 Transaction,
        int Slot, LeaseEpoch Epoch, Address Provider, Hash32 KeyHash)
        : OrderEvent(Order, Block, BlockHash, LogIndex, Sequence, Transaction);

    /// <summary>Every slot has a lease.</summary>
    public sealed record OrderRunning(
        OrderId Order, ulong Block, Hash32 BlockHash, uint LogIndex, uint Sequence, Hash32 Transaction)
        : OrderEvent(Order, Block, BlockHash, LogIndex, Sequence, Transaction);

    /// <summary>The customer asked to stop.</summary>
    public sealed record OrderClosing(
        OrderId Order, ulong Block, Hash32 BlockHash, uint LogIndex, uint Sequence, Hash32 Transaction)
        : OrderEvent(Order, Block, BlockHash, LogIndex, Sequence, Transaction);

    /// <summary>The integrity report's hash and the units used; 2^64 - 1 units stand for that many or more.</summary>
    public sealed record ReportSubmitted(
        OrderId Order, ulong Block, Hash32 BlockHash, uint LogIndex, uint Sequence, Hash32 Transaction,
        LeaseEpoch Epoch, Hash32 ReportHash, ulong Units)
        : OrderEvent(Order, Block, BlockHash, LogIndex, Sequence, Transaction);

    /// <summary>The deposit was divided: paid to providers and refunded to the customer.</summary>
    public sealed record OrderSettled(
        OrderId Order, ulong Block, Hash32 BlockHash, uint LogIndex, uint Sequence, Hash32 Transaction,
        Wei Paid, Wei Refunded)
        : OrderEvent(Order, Block, BlockHash, LogIndex, Sequence, Transaction);

    /// <summary>The customer closed the order before it ran.</summary>
    public sealed record OrderCancelled(
        OrderId Order, ulong Block, Hash32 BlockHash, uint LogIndex, uint Sequence, Hash32 Transaction,
        Wei Refunded)
        : OrderEvent(Order, Block, BlockHash, LogIndex, Sequence, Transaction);

    /// <summary>The order's end passed without a report.</summary>
    public sealed record OrderExpired(
        OrderId Order, ulong Block, Hash32 BlockHash, uint LogIndex, uint Sequence, Hash32 Transaction,
        Wei Refunded)
        : OrderEvent(Order, Block, BlockHash, LogIndex, Sequence, Transaction);
}
