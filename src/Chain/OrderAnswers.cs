using SwarmCompute.Chain.Abi;

namespace SwarmCompute.Chain;

/// <summary>What the OrderBook contract answers, as our types.</summary>
internal static class OrderAnswers
{
    /// <summary>An order without its leases and assets; null for one that the contract cannot have.</summary>
    public static OrderView? Order(in OrderBookAbi.Order order)
    {
        if (order.Status > (byte)OrderStatus.Disputed || order.Slots is < 1 or > LeaseId.SlotsMax || order.Assets > OrderCalls.AssetsMax || order.ComputePrice > order.UnitPrice) return null;
        var view = new OrderView
        {
            Status = (OrderStatus)order.Status,
            Customer = order.Customer,
            ExternalId = order.ExternalId,
            ManifestHash = order.ManifestHash,
            Token = order.Token,
            Deposit = new Wei(order.Deposit),
            UnitPrice = new Wei(order.UnitPrice),
            ComputePrice = new Wei(order.ComputePrice),
            Drawn = new Wei(order.Drawn),
            Paid = new Wei(order.Paid),
            Refunded = new Wei(order.Refunded),
            Slots = order.Slots,
            AuthorityKeyHash = order.AuthorityKeyHash,
            EndsAt = OrderEventReader.Instant(order.EndsAt),
            DisputeWindow = TimeSpan.FromSeconds(order.DisputeWindow),
            UnitsPerSecondMax = order.UnitsPerSecondMax,
            Callback = order.Callback,
            Parent = order.ParentId == 0 ? null : new OrderId(order.ParentId),
            PolicyVersion = order.PolicyVersion,
            OpenSubOrders = order.OpenChildren,
            ReportHash = order.Reported ? order.ReportHash : null,
            Units = order.Units,
            Events = order.Events,
            StartedAt = order.StartedAt == 0 ? null : OrderEventReader.Instant(order.StartedAt),
            ReportedAt = order.Reported ? OrderEventReader.Instant(order.ReportedAt) : null,
        };
        return view.IsOver && !AddsUp(order) ? null : view;
    }

    /// <summary>A lease; one that never was has epoch 0.</summary>
    public static LeaseOnChain Lease(int slot, in OrderBookAbi.Lease lease) =>
        new(slot, new LeaseEpoch(lease.Epoch), lease.Provider, new OfferId(lease.OfferId), lease.KeyHash, lease.FromUnits);

    /// <summary>An asset.</summary>
    public static AssetOnChain Asset(in OrderBookAbi.Asset asset) => new(new OfferId(asset.OfferId), asset.Version, asset.Owner, new Wei(asset.UnitPrice));

    private static bool AddsUp(in OrderBookAbi.Order order) =>
        order.Paid <= order.Deposit && order.Refunded <= order.Deposit - order.Paid && order.Drawn == order.Deposit - order.Paid - order.Refunded;
}
