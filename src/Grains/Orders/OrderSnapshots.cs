using SwarmCompute.Chain;

namespace SwarmCompute.Grains.Orders;

/// <summary>Makes what people see of an order. Pure.</summary>
internal static class OrderSnapshots
{
    public static OrderSnapshot Build(OrderFacts facts, OrderPhase phase) => new()
    {
        Order = facts.Order,
        Phase = phase,
        ChainStatus = (OrderChainStatus)(int)facts.View.Status,
        Why = OrderRules.Why(facts),
        ManifestHash = facts.View.ManifestHash,
        Generation = facts.Map?.Generation ?? 0,
        Head = Head(facts, phase),
        Leases = [.. facts.Leases.Where(l => l.Status is not (null or LeaseStatus.Lost)).Select(l => new SlotSnapshot(l.Id.Slot, l.Grant!.Epoch, l.Grant.Node, l.Status!.Value, l.ProcessId))],
        Standbys = [.. facts.Leases.Where(l => l.Next is not null).Select(l => new StandbySnapshot(l.Id.Slot, l.Next!.Grant.Epoch, l.Next.Grant.Node, l.Next.Status, l.Next.Lag))],
        Lost = [.. facts.Leases.SelectMany(l => l.Lost).OrderBy(l => l.At).ThenBy(l => l.Slot)],
        Transactions = facts.View.Transactions,
        ReportHash = facts.Report?.Hash ?? facts.View.ReportHash,
        Usage = facts.Report?.Units ?? facts.Leases.FirstOrDefault(l => l.Id.Slot == 0)?.CompletionTokens ?? 0,
        EndsAt = facts.View.EndsAt,
    };

    /// <summary>The first snapshot of an order: what the chain says.</summary>
    public static OrderSnapshot Begin(OrderId order, OrderView view) =>
        Build(new OrderFacts { Order = order, View = view, Leases = [], Now = DateTimeOffset.MinValue }, OrderPhase.Open);

    /// <summary>Whether nothing durable differs; usage and the standbys' lag do not count, for they change all the time.</summary>
    public static bool Same(OrderSnapshot? left, OrderSnapshot right) =>
        left is not null && left.Leases.SequenceEqual(right.Leases) && left.Lost.SequenceEqual(right.Lost) && left.Transactions.SequenceEqual(right.Transactions)
        && left.Standbys.Select(s => s with { Lag = null }).SequenceEqual(right.Standbys.Select(s => s with { Lag = null }))
        && left == right with { Leases = left.Leases, Standbys = left.Standbys, Lost = left.Lost, Transactions = left.Transactions, Usage = left.Usage };

    private static HeadSnapshot? Head(OrderFacts facts, OrderPhase phase) =>
        facts.Leases.FirstOrDefault(l => l.Id.Slot == 0) is { IsCurrent: true, Identity.ApiEndpoint: { } endpoint } head
            ? new HeadSnapshot(endpoint, head.Grant!.Epoch, IsReady: phase is OrderPhase.Running)
            : null;
}
