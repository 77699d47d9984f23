using System.Collections.Immutable;

namespace SwarmCompute.Inference;

/// <summary>
/// Decides which nodes run a model's stages, in which order round the ring, and which layers each has. Pure: the same request has the same answer, in
/// whatever order its nodes are given. Exact up to 9 candidates, for one or the other aim; with more it answers a good ring, which need not be the best
/// one, in seconds. Whether there is any ring is exact always. Of equal rings, the shorter one is taken, then the one whose node ids come first.
/// </summary>
public static class PipelinePlanner
{
    /// <summary>Plans, or says why no ring of these nodes holds the model.</summary>
    /// <exception cref="ArgumentException">A value is out of its range, a node is there twice, or a pair of nodes was not measured.</exception>
    public static PlanOutcome Plan(PlanRequest request)
    {
        request.Validate();
        var costs = new PlanCosts(request);
        if (RingFit.Find(costs, [.. costs.Nodes.Select(node => node.MemoryBytes)]) is not { } fitting) return PlanRefusals.Of(costs);
        var ring = costs.Nodes.Length <= RingSearch.NodesMax
            ? new RingSearch(costs, [.. Enumerable.Range(0, costs.Nodes.Length)]).Best(request.Aim)
            : new RingImprover(costs, request.Aim).Find(fitting);
        if (ring is null) throw new InferenceException("The planner found no ring though there is one: this is an error of the planner.");
        return new PlanOutcome.Planned(Describe(costs, ring));
    }

    /// <summary>What a plan is compared with: the first nodes in the order of their ids, with the cut for equal servers.</summary>
    /// <param name="request">As it is planned; its aim does not count.</param>
    /// <param name="stages">How many stages.</param>
    /// <returns>Null where there are fewer nodes or layers, or one of the nodes does not hold its stage.</returns>
    /// <exception cref="ArgumentException">As <see cref="Plan"/> throws it.</exception>
    public static PipelinePlan? Naive(PlanRequest request, int stages)
    {
        request.Validate();
        var costs = new PlanCosts(request);
        if (stages < 1 || stages > costs.Nodes.Length || stages > costs.Layers) return null;
        var ranges = StageCut.Balanced(request.Model, stages);
        return ranges.Select((range, node) => costs.Fits(node, range.First, range.End)).All(fits => fits)
            ? Describe(costs, new PlannedRing([.. Enumerable.Range(0, stages)], [.. ranges.Select(range => range.End)], Peak: 0, Total: 0))
            : null;
    }

    private static PipelinePlan Describe(PlanCosts costs, PlannedRing ring)
    {
        var (request, stages) = (costs.Request, ImmutableArray.CreateBuilder<PlannedStage>(ring.Nodes.Length));
        var (decode, prompt, peak) = (0.0, 0.0, 0.0);
        for (var (slot, first) = (0, 0); slot < ring.Nodes.Length; first = ring.Ends[slot++])
        {
            var (node, next, end) = (ring.Nodes[slot], ring.Nodes[(slot + 1) % ring.Nodes.Length], ring.Ends[slot]);
            var (candidate, last) = (costs.Nodes[node], end == costs.Layers);
            var head = last ? costs.HeadWork / candidate.DecodeLayersPerSecond : 0;
            var compute = costs.Work(first, end) / candidate.DecodeLayersPerSecond + head;
            var wait = costs.Wait[node, next] / request.AnswerTokens;
            var bytes = last ? costs.Answer[node, next] / request.AnswerTokens : costs.Send[node, next] / ((double)request.PromptTokens + request.AnswerTokens - 1);
            stages.Add(new PlannedStage(candidate.Node, new LayerRange(first, end - first), costs.Memory(first, end), Time(compute), Time(wait + bytes)));
            decode += compute + wait + bytes;
            prompt += request.PromptTokens * costs.Work(first, end) / candidate.PrefillLayersPerSecond + head + wait + (last ? bytes : request.PromptTokens * bytes);
            peak = Math.Max(peak, costs.Busy(node, first, end, next));
        }
        var firstToken = costs.Nodes[ring.Nodes[0]].ClientRoundTrip.TotalSeconds + prompt;
        return new PipelinePlan(stages.MoveToImmutable(), Time(decode), Time(firstToken), Time(firstToken + (request.AnswerTokens - 1) * decode), request.AnswerTokens / peak);
    }

    private static TimeSpan Time(double seconds) => TimeSpan.FromSeconds(Math.Min(seconds, TimeSpan.MaxValue.TotalSeconds / 2));
}
