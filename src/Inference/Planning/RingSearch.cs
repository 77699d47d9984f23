namespace SwarmCompute.Inference;

/// <summary>
/// The best ring of a few nodes, exactly: Held and Karp's search over sets of nodes, where a state is the set of the ring's last stages, the first of
/// those, and the layer it begins with. The head is tried in turn, for the last stage sends to it.
/// </summary>
internal sealed class RingSearch(PlanCosts costs, int[] nodes)
{
    /// <summary>More nodes are not searched in this way: each doubles the work.</summary>
    public const int NodesMax = 9;

    private readonly int _rows = costs.Layers;
    private readonly double[] _value = new double[(1 << (nodes.Length - 1)) * Math.Max(1, nodes.Length - 1) * costs.Layers];
    private readonly short[] _end = new short[(1 << (nodes.Length - 1)) * Math.Max(1, nodes.Length - 1) * costs.Layers];
    private readonly sbyte[] _next = new sbyte[(1 << (nodes.Length - 1)) * Math.Max(1, nodes.Length - 1) * costs.Layers];
    private int[] _others = [];

    /// <summary>The best ring, or null where none holds the model.</summary>
    public PlannedRing? Best(PlanAim aim)
    {
        if (aim == PlanAim.Latency) return Best(new LayerCut(costs, Peak: false, double.PositiveInfinity), 0);
        var peak = Best(new LayerCut(costs, Peak: true, double.PositiveInfinity), 0);
        return peak is null ? null : Best(new LayerCut(costs, Peak: false, LayerCut.AsBusyAs(peak.Total)), peak.Total);
    }

    private PlannedRing? Best(LayerCut cut, double peak)
    {
        PlannedRing? best = null;
        foreach (var head in nodes)
        {
            _others = [.. nodes.Where(node => node != head)];
            Fill(cut, head);
            best = OfHead(cut, head, peak, best);
        }
        return best;
    }

    private void Fill(LayerCut cut, int head)
    {
        Array.Fill(_value, double.PositiveInfinity);
        for (var set = 1; set < 1 << _others.Length; set++)
            for (var node = 0; node < _others.Length; node++)
            {
                if ((set >> node & 1) == 0) continue;
                var rest = set & ~(1 << node);
                if (rest == 0)
                    for (var first = 1; first < _rows; first++) _value[At(set, node) + first] = cut.Last(_others[node], first, head);
                else
                    for (var next = 0; next < _others.Length; next++)
                        if ((rest >> next & 1) != 0) Prepend(cut, set, node, next);
            }
    }

    private void Prepend(LayerCut cut, int set, int node, int next)
    {
        var at = At(set, node);
        var rest = _value.AsSpan(At(set & ~(1 << node), next), _rows);
        for (var first = 1; first < _rows - 1; first++)
            if (cut.Improve(_others[node], first, _others[next], rest, ref _value[at + first], ref _end[at + first])) _next[at + first] = (sbyte)next;
    }

    private PlannedRing? OfHead(LayerCut cut, int head, double peak, PlannedRing? best)
    {
        var client = cut.Peak ? 0 : costs.Nodes[head].ClientRoundTrip.TotalSeconds;
        var alone = cut.Last(head, 0, head);
        if (alone < double.PositiveInfinity) best = Better(best, new PlannedRing([head], [costs.Layers], peak, alone + client));
        for (var set = 1; set < 1 << _others.Length; set++)
            for (var next = 0; next < _others.Length; next++)
            {
                if ((set >> next & 1) == 0) continue;
                var (value, end) = (double.PositiveInfinity, (short)0);
                if (!cut.Improve(head, 0, _others[next], _value.AsSpan(At(set, next), _rows), ref value, ref end)) continue;
                if (best is null || value + client <= best.Total) best = Better(best, Trace(head, set, next, end, peak, value + client));
            }
        return best;
    }

    private PlannedRing Trace(int head, int set, int node, int end, double peak, double total)
    {
        var (ring, ends) = (new List<int> { head }, new List<int> { end });
        while (true)
        {
            ring.Add(_others[node]);
            var rest = set & ~(1 << node);
            if (rest == 0) return new PlannedRing([.. ring], [.. ends, costs.Layers], peak, total);
            var at = At(set, node) + ends[^1];
            (set, node) = (rest, _next[at]);
            ends.Add(_end[at]);
        }
    }

    private static PlannedRing Better(PlannedRing? best, PlannedRing found) => found.IsBetterThan(best) ? found : best!;

    private int At(int set, int node) => (set * _others.Length + node) * _rows;
}
