namespace SwarmCompute.Inference;

/// <summary>
/// Whether any ring of nodes holds the model, exactly: memory alone decides, so the 16 nodes with the most of it do; and the more layers a set of nodes
/// holds, the better for those after it.
/// </summary>
internal static class RingFit
{
    /// <summary>A ring that holds the model, or null.</summary>
    /// <param name="costs">The model.</param>
    /// <param name="memory">Of each node.</param>
    public static int[]? Find(PlanCosts costs, long[] memory)
    {
        int[] nodes = [.. Enumerable.Range(0, memory.Length).OrderByDescending(node => memory[node]).ThenBy(node => node).Take(LeaseId.SlotsMax)];
        var (reach, last) = (new int[1 << nodes.Length], new sbyte[1 << nodes.Length]);
        Array.Fill(reach, -1);
        reach[0] = 0;
        for (var set = 0; set < reach.Length; set++)
        {
            if (reach[set] < 0) continue;
            for (var node = 0; node < nodes.Length; node++)
            {
                if ((set >> node & 1) != 0) continue;
                if (costs.Memory(reach[set], costs.Layers) <= memory[nodes[node]]) return Trace(nodes, last, set, node);
                var end = Extend(costs, reach[set], memory[nodes[node]]);
                var with = set | 1 << node;
                if (end > reach[set] && end > reach[with]) (reach[with], last[with]) = (end, (sbyte)node);
            }
        }
        return null;
    }

    /// <summary>How far a stage that begins with a layer, and is not the last, can reach.</summary>
    public static int Extend(PlanCosts costs, int first, long memory)
    {
        var (low, high) = (first, costs.Layers - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (costs.Memory(first, middle) <= memory) low = middle;
            else high = middle - 1;
        }
        return low;
    }

    private static int[] Trace(int[] nodes, sbyte[] last, int set, int final)
    {
        var ring = new List<int> { nodes[final] };
        for (; set != 0; set &= ~(1 << last[set])) ring.Insert(0, nodes[last[set]]);
        return [.. ring];
    }
}
