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

    /// <summary>An order was placed and its deposit locked, or taken from its parent's; <paramref name="Request"/> is what the customer asked for, <paramref name="ComputePrice"/> what of the price of a unit the assets leave to the leases, and <paramref name="PolicyVersion"/> the MeasurementRegistry's when it was placed.</summary>
    public sealed record OrderPlaced(
        OrderId Order, ulong Block, Hash32 BlockHash, uint LogIndex, uint Sequence, Hash32 Transaction,
        Address Customer, OrderRequest Request, Wei ComputePrice, OrderId? Parent, uint PolicyVersion)
        : OrderEvent(Order, Block, BlockHash, LogIndex, Sequence, Transaction);

    /// <summary>The order uses a version of an asset, at the price that it had; these come right after OrderPlaced.</summary>
    public sealed record AssetUsed(
        OrderId Order, ulong Block, Hash32 BlockHash, uint LogIndex, uint Sequence, Hash32 Transaction,
        OfferId Offer, uint Version, Address Owner, Wei UnitPrice)
        : OrderEvent(Order, Block, BlockHash, LogIndex, Sequence, Transaction);

    /// <summary>Someone added to the deposit.</summary>
    public sealed record DepositAdded(
        OrderId Order, ulong Block, Hash32 BlockHash, uint LogIndex, uint Sequence, Hash32 Transaction,
        Address From, Wei Amount)
        : OrderEvent(Order, Block, BlockHash, LogIndex, Sequence, Transaction);

    /// <summary>A slot has a new lease; leases of the slot with a lower epoch are over. It is paid for the order's units beyond <paramref name="FromUnits"/>.</summary>
    public sealed record LeaseAssigned(
        OrderId Order, ulong Block, Hash32 BlockHash, uint LogIndex, uint Sequence, Hash32 Transaction,
        int Slot, LeaseEpoch Epoch, Address Provider, OfferId Offer, Hash32 Measurement, Hash32 KeyHash, UInt128 FromUnits)
        : OrderEvent(Order, Block, BlockHash, LogIndex, Sequence, Transaction);

    /// <summary>A lease that is being replaced was paid for what was counted while it lasted; its successor's LeaseAssigned comes next.</summary>
    public sealed record LeasePaid(
        OrderId Order, ulong Block, Hash32 BlockHash, uint LogIndex, uint Sequence, Hash32 Transaction,
        int Slot, LeaseEpoch Epoch, Address Provider, Wei Amount)
        : OrderEvent(Order, Block, BlockHash, LogIndex, Sequence, Transaction);

    /// <summary>Every slot has a lease.</summary>
    public sealed record OrderRunning(
        OrderId Order, ulong Block, Hash32 BlockHash, uint LogIndex, uint Sequence, Hash32 Transaction)
        : OrderEvent(Order, Block, BlockHash, LogIndex, Sequence, Transaction);

    /// <summary>The customer asked to stop; the report must come before the end.</summary>
    public sealed record OrderClosing(
        OrderId Order, ulong Block, Hash32 BlockHash, uint LogIndex, uint Sequence, Hash32 Transaction,
        DateTimeOffset EndsAt)
        : OrderEvent(Order, Block, BlockHash, LogIndex, Sequence, Transaction);

    /// <summary>The head signed what it has served: <paramref name="Units"/> since its lease began, which makes <paramref name="Total"/> for the order.</summary>
    public sealed record UsageCheckpoint(
        OrderId Order, ulong Block, Hash32 BlockHash, uint LogIndex, uint Sequence, Hash32 Transaction,
        LeaseEpoch Epoch, UInt128 Units, UInt128 Total)
        : OrderEvent(Order, Block, BlockHash, LogIndex, Sequence, Transaction);

    /// <summary>The integrity report's hash, the units since the head's lease began, and the order's units in all.</summary>
    public sealed record ReportSubmitted(
        OrderId Order, ulong Block, Hash32 BlockHash, uint LogIndex, uint Sequence, Hash32 Transaction,
        LeaseEpoch Epoch, Hash32 ReportHash, UInt128 Units, UInt128 Total)
        : OrderEvent(Order, Block, BlockHash, LogIndex, Sequence, Transaction);

    /// <summary>The customer disputes the report; the order waits for the court.</summary>
    public sealed record OrderDisputed(
        OrderId Order, ulong Block, Hash32 BlockHash, uint LogIndex, uint Sequence, Hash32 Transaction)
        : OrderEvent(Order, Block, BlockHash, LogIndex, Sequence, Transaction);

    /// <summary>The deposit was divided: paid in all, leases that were replaced included, and refunded.</summary>
    public sealed record OrderSettled(
        OrderId Order, ulong Block, Hash32 BlockHash, uint LogIndex, uint Sequence, Hash32 Transaction,
        Wei Paid, Wei Refunded)
        : OrderEvent(Order, Block, BlockHash, LogIndex, Sequence, Transaction);

    /// <summary>The customer closed the order before it ran.</summary>
    public sealed record OrderCancelled(
        OrderId Order, ulong Block, Hash32 BlockHash, uint LogIndex, uint Sequence, Hash32 Transaction,
        Wei Refunded)
        : OrderEvent(Order, Block, BlockHash, LogIndex, Sequence, Transaction);

    /// <summary>The order's end passed without a report: what checkpoints counted was paid.</summary>
    public sealed record OrderExpired(
        OrderId Order, ulong Block, Hash32 BlockHash, uint LogIndex, uint Sequence, Hash32 Transaction,
        Wei Paid, Wei Refunded)
        : OrderEvent(Order, Block, BlockHash, LogIndex, Sequence, Transaction);

    /// <summary>A part of the deposit went into an order of its own.</summary>
    public sealed record SubOrderPlaced(
        OrderId Order, ulong Block, Hash32 BlockHash, uint LogIndex, uint Sequence, Hash32 Transaction,
        OrderId SubOrder, Wei Deposit)
        : OrderEvent(Order, Block, BlockHash, LogIndex, Sequence, Transaction);

    /// <summary>That order is over; what it did not use came back.</summary>
    public sealed record SubOrderEnded(
        OrderId Order, ulong Block, Hash32 BlockHash, uint LogIndex, uint Sequence, Hash32 Transaction,
        OrderId SubOrder, Wei Returned)
        : OrderEvent(Order, Block, BlockHash, LogIndex, Sequence, Transaction);
}
