using SwarmCompute.Chain;

namespace SwarmCompute.Grains.ChainFeed;

/// <summary>The chain's events to their wire and storage form, and back.</summary>
internal static class OrderEventRecords
{
    public static OrderEventRecord ToRecord(this OrderEvent happened) => happened switch
    {
        OrderEvent.OrderPlaced e => Common(OrderEventKind.Placed, e) with
        {
            Customer = e.Customer,
            ManifestHash = e.ManifestHash,
            Deposit = e.Deposit,
            UnitPrice = e.UnitPrice,
            Slots = e.Slots,
            AuthorityKeyHash = e.AuthorityKeyHash,
            EndsAt = e.EndsAt,
        },
        OrderEvent.LeaseAssigned e => Common(OrderEventKind.LeaseAssigned, e) with { Slot = e.Slot, Epoch = e.Epoch, Provider = e.Provider, KeyHash = e.KeyHash },
        OrderEvent.OrderRunning e => Common(OrderEventKind.Running, e),
        OrderEvent.OrderClosing e => Common(OrderEventKind.Closing, e),
        OrderEvent.ReportSubmitted e => Common(OrderEventKind.ReportSubmitted, e) with { Epoch = e.Epoch, ReportHash = e.ReportHash, Units = e.Units },
        OrderEvent.OrderSettled e => Common(OrderEventKind.Settled, e) with { Paid = e.Paid, Refunded = e.Refunded },
        OrderEvent.OrderCancelled e => Common(OrderEventKind.Cancelled, e) with { Refunded = e.Refunded },
        OrderEvent.OrderExpired e => Common(OrderEventKind.Expired, e) with { Refunded = e.Refunded },
        _ => throw new NotSupportedException($"{happened.GetType().Name} is no event that this version knows."),
    };

    /// <exception cref="ChainException">A member that the kind needs is missing.</exception>
    public static OrderEvent ToEvent(this OrderEventRecord r) => r.Kind switch
    {
        OrderEventKind.Placed => new OrderEvent.OrderPlaced(r.Order, r.Block, r.BlockHash, r.LogIndex, r.Sequence, r.Transaction,
            Need(r, r.Customer), Need(r, r.ManifestHash), Need(r, r.Deposit), Need(r, r.UnitPrice), Need(r, r.Slots), Need(r, r.AuthorityKeyHash), Need(r, r.EndsAt)),
        OrderEventKind.LeaseAssigned => new OrderEvent.LeaseAssigned(r.Order, r.Block, r.BlockHash, r.LogIndex, r.Sequence, r.Transaction,
            Need(r, r.Slot), Need(r, r.Epoch), Need(r, r.Provider), Need(r, r.KeyHash)),
        OrderEventKind.Running => new OrderEvent.OrderRunning(r.Order, r.Block, r.BlockHash, r.LogIndex, r.Sequence, r.Transaction),
        OrderEventKind.Closing => new OrderEvent.OrderClosing(r.Order, r.Block, r.BlockHash, r.LogIndex, r.Sequence, r.Transaction),
        OrderEventKind.ReportSubmitted => new OrderEvent.ReportSubmitted(r.Order, r.Block, r.BlockHash, r.LogIndex, r.Sequence, r.Transaction,
            Need(r, r.Epoch), Need(r, r.ReportHash), Need(r, r.Units)),
        OrderEventKind.Settled => new OrderEvent.OrderSettled(r.Order, r.Block, r.BlockHash, r.LogIndex, r.Sequence, r.Transaction, Need(r, r.Paid), Need(r, r.Refunded)),
        OrderEventKind.Cancelled => new OrderEvent.OrderCancelled(r.Order, r.Block, r.BlockHash, r.LogIndex, r.Sequence, r.Transaction, Need(r, r.Refunded)),
        OrderEventKind.Expired => new OrderEvent.OrderExpired(r.Order, r.Block, r.BlockHash, r.LogIndex, r.Sequence, r.Transaction, Need(r, r.Refunded)),
        _ => throw Incomplete(r),
    };

    private static OrderEventRecord Common(OrderEventKind kind, OrderEvent e) => new()
    {
        Kind = kind,
        Order = e.Order,
        Block = e.Block,
        BlockHash = e.BlockHash,
        LogIndex = e.LogIndex,
        Sequence = e.Sequence,
        Transaction = e.Transaction,
    };

    private static T Need<T>(OrderEventRecord record, T? member) where T : struct => member ?? throw Incomplete(record);

    private static ChainException Incomplete(OrderEventRecord r) =>
        new(ChainErrorKind.Inconsistent, $"The record of {r.Kind} of order {r.Order} in block {r.Block}, log {r.LogIndex} is incomplete.");
}
