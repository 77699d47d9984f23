namespace SwarmCompute.Inference;

/// <summary>The best cut of the layers for nodes in a given order, exactly.</summary>
internal sealed class RingOrder(PlanCosts costs)
{
    /// <summary>The ring of all of these nodes, or null where they do not hold the model.</summary>
    public PlannedRing? Cut(int[] nodes, PlanAim aim)
    {
        if (aim == PlanAim.Latency) return Cut(nodes, new LayerCut(costs, Peak: false, double.PositiveInfinity), 0);
        var peak = Cut(nodes, new LayerCut(costs, Peak: true, double.PositiveInfinity), 0);
        return peak is null ? null : Cut(nodes, new LayerCut(costs, Peak: false, LayerCut.AsBusyAs(peak.Total)), peak.Total);
    }

    private PlannedRing? Cut(int[] nodes, LayerCut cut, double peak)
    {
        var (stages, layers) = (nodes.Length, costs.Layers);
        if (stages == 0 || stages > layers) return null;
        var (value, end) = (new double[stages, layers], new short[stages, layers]);
        var rest = new double[layers];
        for (var stage = stages - 1; stage >= 0; stage--)
        {
            var row = new double[layers];
            for (var first = stage; first < (stage == 0 ? 1 : layers); first++)
            {
                row[first] = double.PositiveInfinity;
                if (stage == stages - 1) row[first] = cut.Last(nodes[stage], first, nodes[0]);
                else cut.Improve(nodes[stage], first, nodes[stage + 1], rest, ref row[first], ref end[stage, first]);
                value[stage, first] = row[first];
            }
            rest = row;
        }
        if (double.IsPositiveInfinity(value[0, 0])) return null;
        var ends = new int[stages];
        for (var (stage, first) = (0, 0); stage < stages; first = ends[stage++]) ends[stage] = stage == stages - 1 ? layers : end[stage, first];
        return new PlannedRing(nodes, ends, peak, value[0, 0] + (cut.Peak ? 0 : costs.Nodes[nodes[0]].ClientRoundTrip.TotalSeconds));
    }
}
