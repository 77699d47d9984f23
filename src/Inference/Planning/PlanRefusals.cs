using System.Globalization;

namespace SwarmCompute.Inference;

/// <summary>Says why no ring holds a model, and what would do.</summary>
internal static class PlanRefusals
{
    public static PlanOutcome.Refused Of(PlanCosts costs) => new([.. costs.Nodes.Select(node => new PlanWhyNot(node.Node, Reason(costs, node)))], Cure(costs));

    private static string Reason(PlanCosts costs, PlanCandidate node)
    {
        var layer = Enumerable.Range(0, costs.Layers).Min(first => costs.Memory(first, first + 1));
        if (layer > node.MemoryBytes) return $"memory: a stage of one layer needs {Size(layer)} of {Size(node.MemoryBytes)}";
        var most = Enumerable.Range(0, costs.Layers).Max(first => RingFit.Extend(costs, first, node.MemoryBytes) - first);
        return string.Create(CultureInfo.InvariantCulture,
            $"memory: the whole model needs {Size(costs.Memory(0, costs.Layers))} of {Size(node.MemoryBytes)}, which hold at most {Math.Max(1, most)} of {costs.Layers} layers");
    }

    private static string Cure(PlanCosts costs)
    {
        long[] memory = [.. costs.Nodes.Select(node => node.MemoryBytes)];
        var (low, high) = (0L, costs.Memory(0, costs.Layers));                      // a node of that size holds it alone
        while (low + 1 < high)
        {
            var middle = low + (high - low) / 2;
            if (RingFit.Find(costs, [.. memory, middle]) is null) low = middle;
            else high = middle;
        }
        var tokens = ShorterContext(costs.Request, memory);
        var fewer = tokens is null ? "" : string.Create(CultureInfo.InvariantCulture, $", or give each session at most {tokens} tokens of context");
        return $"Add a node with {Size(high)}{fewer}.";
    }

    /// <summary>The longest context with which the nodes hold the model; null where none does.</summary>
    private static int? ShorterContext(PlanRequest request, long[] memory)
    {
        bool Fits(int tokens) => RingFit.Find(new PlanCosts(request with { ContextTokens = tokens, KvTokens = Held(tokens) }), memory) is not null;
        long? Held(int tokens) => request.KvTokens is { } held ? Math.Max(tokens, held * tokens / request.ContextTokens) : null;    // shorter, by as much
        var (low, high) = (2, request.ContextTokens);
        if (memory.Length == 0 || !Fits(low)) return null;
        while (low + 1 < high)
        {
            var middle = low + (high - low) / 2;
            if (Fits(middle)) low = middle;
            else high = middle;
        }
        return low;
    }

    private static string Size(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes:N0} bytes");
}
