namespace SwarmCompute.Inference.Tests;

/// <summary>Tries every order of nodes and every cut of the layers of a small request, and adds up what each costs in the plainest way.</summary>
internal static class BruteForce
{
    private const double HeaderBytes = 24, AnswerBytes = 24 + 4 + 8 * 256;

    /// <summary>The least peak (0 where the aim is latency) and, with it, the least time of an answer; null where no ring holds the model.</summary>
    public static (double Peak, double Total)? Best(PlanRequest request)
    {
        var rings = Orders(request.Candidates).SelectMany(order => Cuts(request.Model.Layers.Length, order.Length).Select(cut => Cost(request, order, cut))).OfType<(double Peak, double Total)>().ToList();
        if (rings.Count == 0) return null;
        if (request.Aim == PlanAim.Latency) return (0, rings.Min(ring => ring.Total));
        var peak = rings.Min(ring => ring.Peak);
        return (peak, rings.Where(ring => ring.Peak <= peak * (1 + 1e-12)).Min(ring => ring.Total));
    }

    private static IEnumerable<PlanCandidate[]> Orders(IReadOnlyCollection<PlanCandidate> nodes) => nodes.SelectMany(node =>
        Orders([.. nodes.Where(other => other != node)]).Append([]).Select(rest => (PlanCandidate[])[node, .. rest]));

    private static IEnumerable<int[]> Cuts(int layers, int stages) => stages == 1
        ? layers > 0 ? [[layers]] : []
        : Enumerable.Range(1, Math.Max(0, layers - 1)).SelectMany(count => Cuts(layers - count, stages - 1).Select(rest => (int[])[count, .. rest]));

    private static (double Peak, double Total)? Cost(PlanRequest request, PlanCandidate[] order, int[] counts)
    {
        var (model, first, peak, total) = (request.Model, 0, 0.0, order[0].ClientRoundTrip.TotalSeconds);
        var mean = model.Layers.Average(layer => (double)layer.ActiveBytes);
        for (var slot = 0; slot < order.Length; first += counts[slot++])
        {
            var (node, next, last) = (order[slot], order[(slot + 1) % order.Length], slot == order.Length - 1);
            var layers = model.Layers.Skip(first).Take(counts[slot]).ToList();
            var tokens = request.KvTokens ?? (long)request.Sessions * request.ContextTokens;
            var memory = layers.Sum(layer => layer.Bytes + layer.KvBytesPerToken * (tokens + tokens / 4 + 1280)) + model.SharedBytes
                + (slot == 0 ? model.EmbeddingBytes : 0) + (last ? model.HeadBytes : tokens * (24 + 4 * model.EmbeddingLength));
            if (memory > node.MemoryBytes) return null;
            var work = layers.Sum(layer => layer.ActiveBytes) / mean;
            var busy = work * (request.PromptTokens / node.PrefillLayersPerSecond + (request.AnswerTokens - 1) / node.DecodeLayersPerSecond)
                + (last ? request.AnswerTokens * model.HeadBytes / mean / node.DecodeLayersPerSecond : 0);
            var link = request.Links.FirstOrDefault(link => link.From == node.Node && link.To == next.Node);
            if (link is not null)
                busy += (last ? request.AnswerTokens * AnswerBytes : (request.PromptTokens + request.AnswerTokens - 1) * (HeaderBytes + 4 * model.EmbeddingLength)) / link.BytesPerSecond;
            peak = Math.Max(peak, busy);
            total += busy + (link is null ? 0 : request.AnswerTokens * link.RoundTrip.TotalSeconds / 2);
        }
        return (peak, total);
    }
}
