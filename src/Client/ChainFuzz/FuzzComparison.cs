using System.Text.Json.Nodes;
using SwarmCompute.Chain;
using SwarmCompute.Chain.Sync;
using SwarmCompute.Client.ChainTrial;

namespace SwarmCompute.Client.ChainFuzz;

/// <summary>Compares what the silo has folded from events with what the contract itself says, of every order, final and latest.</summary>
internal sealed class FuzzComparison(FuzzChain chain, TrialSilo silo, FuzzResult result)
{
    private static readonly TimeSpan CatchUpTime = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan MutantsTime = TimeSpan.FromSeconds(1);
    private const int LooksMax = 3;
    private static readonly TimeSpan SettlePeriod = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(8);

    private readonly OrderBook _book = new(chain.Client, null);
    private readonly HashSet<OrderId> _over = [];
    private readonly Dictionary<OrderId, OrderView?> _latest = [];
    private ulong _highestOrder;

    /// <summary>The orders that are not over as of the newest block compared.</summary>
    public IReadOnlyList<(OrderId Id, OrderView View)> Live =>
        [.. _latest.Where(o => o.Value is { IsOver: false }).Select(o => (o.Key, o.Value!))];

    public int Orders => (int)_highestOrder;

    /// <summary>Waits until the silo has followed the chain to its head, then compares.</summary>
    /// <param name="all">Whether orders that were over as of a final block, and were equal then, are compared again.</param>
    /// <param name="cancel">Stops it.</param>
    /// <returns>The first divergence in one line; null where there is none.</returns>
    public async Task<string?> Check(bool all, CancellationToken cancel)
    {
        for (var look = 1; ; look++)
        {
            // A silo tells its orders before it says how far it is: what differs while it does is not a difference yet.
            if (await Look(all, cancel) is not { } difference) return null;
            if (look == LooksMax) return difference;
            await Task.Delay(SettlePeriod, cancel);
        }
    }

    private async Task<string?> Look(bool all, CancellationToken cancel)
    {
        var head = await chain.Head(cancel);
        var (final, why) = await CatchUp(head, cancel);
        if (final is not { } settled) return why;
        if (await chain.Control.Block(settled.Number, cancel) is not { } there || there.Hash != settled.Hash)
            return $"the silo's final block {settled} is not on the chain";
        await FindOrders(head.Number, cancel);
        string? first = null;
        for (var id = 1UL; id <= _highestOrder; id++)
        {
            if (!all && _over.Contains(new OrderId(id))) continue;
            first ??= await Compare(new OrderId(id), settled, head, cancel);
        }
        return first;
    }

    private async Task<(BlockId? Final, string? Why)> CatchUp(BlockId head, CancellationToken cancel)
    {
        var finalized = await chain.Control.Block("finalized", cancel);
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var status = await silo.Chain(cancel);
            if (status is { } s && s.Latest == head && s.Final?.Number >= finalized?.Number) return (s.Final, null);
            var waited = TimeProvider.System.GetElapsedTime(began);
            if (result.Mutant.Length > 0 && waited > MutantsTime && status is { } mutant && mutant.Latest?.Number >= head.Number && mutant.Final?.Number >= finalized?.Number)
                return (mutant.Final, null);                 // it thinks that it is there; what counts is what it says of orders
            if (waited > CatchUpTime)
                return (null, $"the chain's newest block is {head}, its final one {finalized?.Number}; after {CatchUpTime.TotalSeconds:0} s the silo has {status?.Latest}, {status?.Final?.Number}{(status?.Error is { } e ? $" ({e})" : "")}");
            await Task.Delay(LookPeriod, cancel);
        }
    }

    /// <summary>Orders are numbered: the first number that the contract does not know is the end.</summary>
    private async Task FindOrders(ulong head, CancellationToken cancel)
    {
        while (await _book.Read(new OrderId(_highestOrder + 1), head, cancel) is not null) _highestOrder++;
    }

    private async Task<string?> Compare(OrderId order, BlockId final, BlockId latest, CancellationToken cancel)
    {
        var contractFinal = await _book.Read(order, final.Number, cancel);
        var contractLatest = await _book.Read(order, latest.Number, cancel);
        _latest[order] = contractLatest;
        if (await silo.Order(order, cancel) is not { } told) return $"order {order}: the silo does not answer";
        var difference = Difference(contractFinal, told["final"]) is { } a ? $"order {order} as of the final block {final}: {a}"
            : Difference(contractLatest, told["latest"]) is { } b ? $"order {order} as of the newest block {latest}: {b}"
            : (string?)told["stopped"] is { } stopped ? $"order {order} is stopped: {stopped}"
            : null;
        result.Comparisons += 2;
        if (difference is null && contractFinal is { IsOver: true }) _over.Add(order);
        return difference;
    }

    /// <summary>What differs, in words; null where nothing does.</summary>
    public static string? Difference(OrderView? contract, JsonNode? told)
    {
        if (contract is null || told is null) return contract is null == told is null ? null : $"the contract {(contract is null ? "does not know it" : "knows it")}, the silo {(told is null ? "does not" : "does")}";
        var (expected, actual) = (OrderViewJson.Comparable(OrderViewJson.Of(contract)), OrderViewJson.Comparable(told.AsObject()));
        foreach (var name in expected.Select(m => m.Key).Union(actual.Select(m => m.Key)))
        {
            if (!JsonNode.DeepEquals(expected[name], actual[name])) return $"{name} is {expected[name]?.ToJsonString() ?? "null"} in the contract, {actual[name]?.ToJsonString() ?? "null"} in the silo";
        }
        return null;
    }
}
