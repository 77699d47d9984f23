using SwarmCompute.Chain.Abi;

namespace SwarmCompute.Chain.Development;

/// <summary>The data of calls to the OrderBook contract, for transactions that are put into blocks by hand.</summary>
public static class OrderCallData
{
    /// <summary>Places an order that uses no assets.</summary>
    public static byte[] Place(OrderRequest request) => OrderBookAbi.EncodePlaceOrder(OrderCalls.Request(request), []);

    /// <summary>Places an order that is paid from another one's deposit.</summary>
    public static byte[] PlaceSubOrder(OrderId parent, OrderRequest request) => OrderBookAbi.EncodePlaceSubOrder(parent.Value, OrderCalls.Request(request), []);

    /// <summary>Adds to an order's deposit.</summary>
    public static byte[] AddDeposit(OrderId order, Wei amount) => OrderBookAbi.EncodeAddDeposit(order.Value, amount.Value);

    /// <summary>Gives a slot to the owner of an offer, as the authority signed.</summary>
    public static byte[] Assign(LeaseId lease, LeaseEpoch epoch, OfferId offer, Hash32 measurement, P256Point key, P256Point authority, P256Signature signature) =>
        OrderBookAbi.EncodeAssignLease(lease.Order.Value, (byte)lease.Slot, epoch.Value, offer.Value, measurement, key.X, key.Y, OrderCalls.Signed(authority, signature));

    /// <summary>Counts what slot 0's key signed.</summary>
    public static byte[] Checkpoint(OrderCheckpoint checkpoint) =>
        OrderBookAbi.EncodeCheckpoint(new OrderBookAbi.Checkpoint(
            checkpoint.Order.Value, checkpoint.Epoch.Value, checkpoint.Units, OrderCalls.Signed(checkpoint.Key, checkpoint.Signature)));

    /// <summary>Closes an order.</summary>
    public static byte[] Close(OrderId order) => OrderBookAbi.EncodeCloseOrder(order.Value);

    /// <summary>Records a report, as slot 0's key signed.</summary>
    public static byte[] Report(OrderId order, LeaseEpoch epoch, Hash32 report, UInt128 units, P256Point key, P256Signature signature) =>
        OrderBookAbi.EncodeSubmitReport(order.Value, epoch.Value, report, units, OrderCalls.Signed(key, signature));

    /// <summary>Settles an order.</summary>
    public static byte[] Settle(OrderId order) => OrderBookAbi.EncodeSettle(order.Value);

    /// <summary>Expires an order.</summary>
    public static byte[] Expire(OrderId order) => OrderBookAbi.EncodeExpire(order.Value);
}
