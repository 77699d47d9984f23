using SwarmCompute.Chain;

namespace SwarmCompute.Grains.ChainFeed;

/// <summary>The chain's events to their wire and storage form, and back.</summary>
internal static class OrderEventRecords
{
    public static OrderEventRecord ToRecord(this OrderEvent happened) => happened switch
    {
        OrderEvent.OrderPlaced e => Placed(e),
        OrderEvent.AssetUsed e => Common(OrderEventKind.AssetUsed, e) with { Offer = e.Offer, Version = e.Version, Account = e.Owner, UnitPrice = e.UnitPrice },
        OrderEvent.DepositAdded e => Common(OrderEventKind.DepositAdded, e) with { Account = e.From, Amount = e.Amount },
        OrderEvent.LeaseAssigned e => Common(OrderEventKind.LeaseAssigned, e) with
        {
            Slot = e.Slot,
            Epoch = e.Epoch,
            Provider = e.Provider,
            Offer = e.Offer,
            Measurement = e.Measurement,
            KeyHash = e.KeyHash,
            FromUnits = e.FromUnits,
        },
        OrderEvent.LeasePaid e => Common(OrderEventKind.LeasePaid, e) with { Slot = e.Slot, Epoch = e.Epoch, Provider = e.Provider, Amount = e.Amount },
        OrderEvent.OrderRunning e => Common(OrderEventKind.Running, e),
        OrderEvent.OrderClosing e => Common(OrderEventKind.Closing, e) with { EndsAt = e.EndsAt },
        OrderEvent.UsageCheckpoint e => Common(OrderEventKind.UsageCheckpoint, e) with { Epoch = e.Epoch, Units = e.Units, Total = e.Total },
        OrderEvent.ReportSubmitted e => Common(OrderEventKind.ReportSubmitted, e) with { Epoch = e.Epoch, ReportHash = e.ReportHash, Units = e.Units, Total = e.Total },
        OrderEvent.OrderDisputed e => Common(OrderEventKind.Disputed, e),
        OrderEvent.OrderSettled e => Common(OrderEventKind.Settled, e) with { Paid = e.Paid, Refunded = e.Refunded },
        OrderEvent.OrderCancelled e => Common(OrderEventKind.Cancelled, e) with { Refunded = e.Refunded },
        OrderEvent.OrderExpired e => Common(OrderEventKind.Expired, e) with { Paid = e.Paid, Refunded = e.Refunded },
        OrderEvent.SubOrderPlaced e => Common(OrderEventKind.SubOrderPlaced, e) with { SubOrder = e.SubOrder, Amount = e.Deposit },
        OrderEvent.SubOrderEnded e => Common(OrderEventKind.SubOrderEnded, e) with { SubOrder = e.SubOrder, Amount = e.Returned },
        _ => throw new NotSupportedException($"{happened.GetType().Name} is no event that this version knows."),
    };

    /// <exception cref="ChainException">A member that the kind needs is missing.</exception>
    public static OrderEvent ToEvent(this OrderEventRecord r) => r.Kind switch
    {
        OrderEventKind.Placed => new OrderEvent.OrderPlaced(r.Order, r.Block, r.BlockHash, r.LogIndex, r.Sequence, r.Transaction,
            Need(r, r.Customer), Request(r), Need(r, r.ComputePrice), r.Parent, Need(r, r.PolicyVersion)),
        OrderEventKind.AssetUsed => new OrderEvent.AssetUsed(r.Order, r.Block, r.BlockHash, r.LogIndex, r.Sequence, r.Transaction,
            Need(r, r.Offer), Need(r, r.Version), Need(r, r.Account), Need(r, r.UnitPrice)),
        OrderEventKind.DepositAdded => new OrderEvent.DepositAdded(r.Order, r.Block, r.BlockHash, r.LogIndex, r.Sequence, r.Transaction, Need(r, r.Account), Need(r, r.Amount)),
        OrderEventKind.LeaseAssigned => new OrderEvent.LeaseAssigned(r.Order, r.Block, r.BlockHash, r.LogIndex, r.Sequence, r.Transaction,
            Need(r, r.Slot), Need(r, r.Epoch), Need(r, r.Provider), Need(r, r.Offer), Need(r, r.Measurement), Need(r, r.KeyHash), Need(r, r.FromUnits)),
        OrderEventKind.LeasePaid => new OrderEvent.LeasePaid(r.Order, r.Block, r.BlockHash, r.LogIndex, r.Sequence, r.Transaction,
            Need(r, r.Slot), Need(r, r.Epoch), Need(r, r.Provider), Need(r, r.Amount)),
        OrderEventKind.Running => new OrderEvent.OrderRunning(r.Order, r.Block, r.BlockHash, r.LogIndex, r.Sequence, r.Transaction),
        OrderEventKind.Closing => new OrderEvent.OrderClosing(r.Order, r.Block, r.BlockHash, r.LogIndex, r.Sequence, r.Transaction, Need(r, r.EndsAt)),
        OrderEventKind.UsageCheckpoint => new OrderEvent.UsageCheckpoint(r.Order, r.Block, r.BlockHash, r.LogIndex, r.Sequence, r.Transaction,
            Need(r, r.Epoch), Need(r, r.Units), Need(r, r.Total)),
        OrderEventKind.ReportSubmitted => new OrderEvent.ReportSubmitted(r.Order, r.Block, r.BlockHash, r.LogIndex, r.Sequence, r.Transaction,
            Need(r, r.Epoch), Need(r, r.ReportHash), Need(r, r.Units), Need(r, r.Total)),
        OrderEventKind.Disputed => new OrderEvent.OrderDisputed(r.Order, r.Block, r.BlockHash, r.LogIndex, r.Sequence, r.Transaction),
        OrderEventKind.Settled => new OrderEvent.OrderSettled(r.Order, r.Block, r.BlockHash, r.LogIndex, r.Sequence, r.Transaction, Need(r, r.Paid), Need(r, r.Refunded)),
        OrderEventKind.Cancelled => new OrderEvent.OrderCancelled(r.Order, r.Block, r.BlockHash, r.LogIndex, r.Sequence, r.Transaction, Need(r, r.Refunded)),
        OrderEventKind.Expired => new OrderEvent.OrderExpired(r.Order, r.Block, r.BlockHash, r.LogIndex, r.Sequence, r.Transaction, Need(r, r.Paid), Need(r, r.Refunded)),
        OrderEventKind.SubOrderPlaced => new OrderEvent.SubOrderPlaced(r.Order, r.Block, r.BlockHash, r.LogIndex, r.Sequence, r.Transaction, Need(r, r.SubOrder), Need(r, r.Amount)),
        OrderEventKind.SubOrderEnded => new OrderEvent.SubOrderEnded(r.Order, r.Block, r.BlockHash, r.LogIndex, r.Sequence, r.Transaction, Need(r, r.SubOrder), Need(r, r.Amount)),
        _ => throw Incomplete(r),
    };

    private static OrderEventRecord Placed(OrderEvent.OrderPlaced e) => Common(OrderEventKind.Placed, e) with
    {
        Customer = e.Customer,
        ExternalId = e.Request.ExternalId,
        ManifestHash = e.Request.ManifestHash,
        Token = e.Request.Token,
        Deposit = e.Request.Deposit,
        UnitPrice = e.Request.UnitPrice,
        Slots = e.Request.Slots,
        AuthorityKeyHash = e.Request.AuthorityKeyHash,
        EndsAt = e.Request.EndsAt,
        DisputeWindow = e.Request.DisputeWindow,
        UnitsPerSecondMax = e.Request.UnitsPerSecondMax,
        Callback = e.Request.Callback,
        ComputePrice = e.ComputePrice,
        Parent = e.Parent,
        PolicyVersion = e.PolicyVersion,
    };

    private static OrderRequest Request(OrderEventRecord r) => new()
    {
        ExternalId = Need(r, r.ExternalId),
        ManifestHash = Need(r, r.ManifestHash),
        Token = Need(r, r.Token),
        Deposit = Need(r, r.Deposit),
        UnitPrice = Need(r, r.UnitPrice),
        Slots = Need(r, r.Slots),
        AuthorityKeyHash = Need(r, r.AuthorityKeyHash),
        EndsAt = Need(r, r.EndsAt),
        DisputeWindow = Need(r, r.DisputeWindow),
        UnitsPerSecondMax = Need(r, r.UnitsPerSecondMax),
        Callback = Need(r, r.Callback),
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
