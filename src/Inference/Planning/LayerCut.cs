namespace SwarmCompute.Inference;

/// <summary>
/// Puts one stage before the rest of a ring, exactly: for every layer it may begin with, the best layer to end before. Either the whole time counts,
/// with no stage busier than a cap, or the busiest stage alone.
/// </summary>
internal readonly record struct LayerCut(PlanCosts Costs, bool Peak, double Cap)
{
    /// <summary>A cap that whoever is as busy stays below: sums of the same numbers in another order differ in their last bits.</summary>
    public static double AsBusyAs(double peak) => peak * (1 + 1e-12);

    /// <summary>The value of a last stage that begins with a layer; infinite where it does not fit.</summary>
    public double Last(int node, int first, int head)
    {
        if (!Costs.Fits(node, first, Costs.Layers)) return double.PositiveInfinity;
        var busy = Costs.Busy(node, first, Costs.Layers, head);
        if (busy > Cap) return double.PositiveInfinity;
        return Peak ? busy : busy + Costs.Wait[node, head];
    }

    /// <summary>Improves the best value, and its end, of a stage that begins with a layer and is followed by one whose values are given by its first layer.</summary>
    /// <returns>Whether it was improved.</returns>
    public bool Improve(int node, int first, int next, ReadOnlySpan<double> rest, ref double best, ref short end)
    {
        var improved = false;
        var wait = Costs.Wait[node, next];
        for (var e = first + 1; e < Costs.Layers && Costs.Fits(node, first, e); e++)
        {
            var busy = Costs.Busy(node, first, e, next);
            if (busy > Cap || (Peak ? busy : busy + wait) >= best) break;           // longer ranges take longer
            var value = Peak ? Math.Max(busy, rest[e]) : busy + wait + rest[e];
            if (value >= best) continue;
            (best, end, improved) = (value, (short)e, true);
        }
        return improved;
    }
}
