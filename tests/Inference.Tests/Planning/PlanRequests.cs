using CsCheck;

namespace SwarmCompute.Inference.Tests;

/// <summary>Requests to plan, random and plain.</summary>
internal static class PlanRequests
{
    private static readonly Gen<PlannedLayer> Layer = Gen.Select(Gen.Int[1, 40], Gen.Int[0, 3], (size, kv) => new PlannedLayer(size * 1000L, size * 1000L, kv));

    /// <summary>Links that are asymmetric and know no triangle.</summary>
    public static Gen<PlanRequest> Random(int nodesMax, int layersMax) =>
        Gen.Select(Gen.Int[0, nodesMax], Layer.Array[1, layersMax], Gen.Int[0, 60], Gen.Bool, Gen.Int[1, 40], Gen.Int[0, 1 << 30]).Select((count, layers, head, throughput, tokens, seed) =>
        {
            var random = new Random(seed);
            var model = new PlannedModel([.. layers], 1000L * random.Next(30), 1000L * head, 100, 1 + random.Next(500));
            PlanCandidate[] nodes = [.. Enumerable.Range(0, count).Select(i => Node($"n{i}", random.Next(1000, 300_000), 1 + 99 * random.NextDouble(), 10 + 990 * random.NextDouble(), random.Next(100)))];
            var context = 2 + random.Next(12);
            return new PlanRequest
            {
                Model = model,
                Sessions = 2,
                ContextTokens = context,
                KvTokens = random.Next(2) == 0 ? null : random.Next(context, 2 * context + 1),
                Candidates = [.. nodes],
                Links = [.. Links(nodes, () => random.Next(100), () => 1e4 + 1e6 * random.NextDouble())],
                Aim = throughput ? PlanAim.Throughput : PlanAim.Latency,
                PromptTokens = 1 + random.Next(60),
                AnswerTokens = tokens,
            };
        });

    public static PlanCandidate Node(string name, long memory, double decode = 10, double prefill = 100, int clientMs = 0) =>
        new(new NodeId(name), memory, decode, prefill, TimeSpan.FromMilliseconds(clientMs));

    public static IEnumerable<PlanLink> Links(IReadOnlyCollection<PlanCandidate> nodes, Func<int> roundTripMs, Func<double> bytesPerSecond) =>
        from one in nodes
        from other in nodes
        where one != other
        select new PlanLink(one.Node, other.Node, TimeSpan.FromMilliseconds(roundTripMs()), bytesPerSecond());

    /// <summary>Twelve equal layers of 1,000 bytes, with 100 bytes of embeddings and of head.</summary>
    public static PlanRequest Plain(PlanAim aim, params PlanCandidate[] nodes) => new()
    {
        Model = new PlannedModel([.. Enumerable.Repeat(new PlannedLayer(1000, 1000, 0), 12)], 100, 100, 0, 1),
        Sessions = 1,
        ContextTokens = 2,
        Candidates = [.. nodes],
        Links = [.. Links(nodes, () => 10, () => 1e9)],
        Aim = aim,
    };
}
