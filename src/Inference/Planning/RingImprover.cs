namespace SwarmCompute.Inference;

/// <summary>
/// A good ring of many nodes, by local search: from a ring that holds the model, and from the best one of the fastest nodes, nodes are exchanged, added,
/// left out and moved as long as that makes it better, each order with its best cut. Not always the best ring; the same for the same request.
/// </summary>
internal sealed class RingImprover(PlanCosts costs, PlanAim aim)
{
    /// <summary>Orders that are tried at most, so that the search ends in seconds.</summary>
    private const int OrdersMax = 20_000;

    private readonly RingOrder _orders = new(costs);
    private int _tried;

    /// <summary>The best ring that was found.</summary>
    /// <param name="fitting">A ring that holds the model.</param>
    public PlannedRing Find(int[] fitting)
    {
        int[] fastest = [.. Enumerable.Range(0, costs.Nodes.Length).OrderBy(node => costs.Rate[node]).ThenBy(node => node).Take(RingSearch.NodesMax).Order()];
        var best = _orders.Cut(fitting, aim)!;
        var small = new RingSearch(costs, fastest).Best(aim);
        best = Climb(best);
        if (small is null) return best;
        _tried = 0;
        small = Climb(small);
        return small.IsBetterThan(best) ? small : best;
    }

    private PlannedRing Climb(PlannedRing ring)
    {
        while (_tried < OrdersMax && Step(ring) is { } better) ring = better;
        return ring;
    }

    private PlannedRing? Step(PlannedRing ring)
    {
        foreach (var order in Neighbours([.. ring.Nodes]))
        {
            if (++_tried > OrdersMax) return null;
            if (_orders.Cut(order, aim) is { } found && found.IsBetterThan(ring)) return found;
        }
        return null;
    }

    private IEnumerable<int[]> Neighbours(List<int> ring)
    {
        var unused = Enumerable.Range(0, costs.Nodes.Length).Except(ring).ToList();
        for (var at = 0; at < ring.Count; at++)
        {
            foreach (var node in unused) yield return [.. ring[..at], node, .. ring[(at + 1)..]];
            int[] without = [.. ring[..at], .. ring[(at + 1)..]];
            yield return without;
            for (var to = 0; to <= without.Length; to++) yield return [.. without[..to], ring[at], .. without[to..]];
        }
        if (ring.Count == LeaseId.SlotsMax) yield break;
        for (var at = 0; at <= ring.Count; at++)
            foreach (var node in unused) yield return [.. ring[..at], node, .. ring[at..]];
    }
}
