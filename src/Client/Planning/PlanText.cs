using System.Globalization;
using System.Text.Json.Nodes;

namespace SwarmCompute.Client.Planning;

/// <summary>A plan as it is shown.</summary>
internal static class PlanText
{
    private const double KiB = 1024, MiB = 1024 * KiB, GiB = 1024 * MiB;

    /// <summary>For people, line by line.</summary>
    public static IEnumerable<string> Lines(ModelPlan plan, PlanQuestion question, PlanNodes nodes)
    {
        yield return $"{plan.Layers.Sum()} layers on {plan.Nodes.Length} of {nodes.Usable.Length} nodes, in this order:";
        for (var (stage, first) = (0, 0); stage < plan.Nodes.Length; first += plan.Layers[stage++])
            yield return $"  {plan.Nodes[stage]}: layers {first} to {first + plan.Layers[stage] - 1}, {Size(plan.Memory[stage])}";
        yield return $"expected: {Figures(plan)}";
        yield return $"nodes in the order of their names, cut for equal servers: {(plan.Naive is { } naive ? Figures(naive) : "they do not hold the model")}";
        if (!plan.DistanceUnknown.IsEmpty) yield return $"distance not known, taken as that of neighbours: {string.Join(", ", plan.DistanceUnknown)}";
        foreach (var (id, why) in nodes.LeftOut) yield return $"left out: {id}: {why}";
        yield return $"swarm manifest {ManifestOptions(plan, question)}";
    }

    /// <summary>For programs, one object.</summary>
    public static string Json(ModelPlan plan, PlanQuestion question, PlanNodes nodes)
    {
        var json = Describe(plan);
        json["naive"] = plan.Naive is { } naive ? Describe(naive) : null;
        json["distanceUnknown"] = new JsonArray([.. plan.DistanceUnknown.Select(id => (JsonNode)id)]);
        json["leftOut"] = new JsonArray([.. nodes.LeftOut.Select(node => (JsonNode)new JsonObject { ["node"] = node.Id, ["why"] = node.Why })]);
        json["manifestOptions"] = ManifestOptions(plan, question);
        return json.ToJsonString();
    }

    private static JsonObject Describe(ModelPlan plan) => new()
    {
        ["stages"] = new JsonArray([.. plan.Nodes.Select((node, stage) =>
            (JsonNode)new JsonObject { ["node"] = node, ["layers"] = plan.Layers[stage], ["memoryBytes"] = plan.Memory[stage] })]),
        ["tokenMs"] = plan.TokenMs,
        ["firstTokenMs"] = plan.FirstTokenMs,
        ["tokensPerSecond"] = plan.TokensPerSecond,
    };

    private static string ManifestOptions(ModelPlan plan, PlanQuestion question) => string.Create(CultureInfo.InvariantCulture,
        $"--stages {plan.Layers.Length} --layers {string.Join(',', plan.Layers)} --context {question.ContextTokens} --sessions {question.Sessions}{(question.KvTokens is { } tokens ? $" --kv-tokens {tokens}" : "")}");

    private static string Figures(ModelPlan plan) => string.Create(CultureInfo.InvariantCulture,
        $"{plan.TokenMs:0.0##} ms a token, {plan.FirstTokenMs:0.0##} ms to the first one, {plan.TokensPerSecond:0.0} tokens/s of many streams together");

    private static string Size(long bytes) => bytes switch
    {
        >= (long)GiB => string.Create(CultureInfo.InvariantCulture, $"{bytes / GiB:0.0} GiB"),
        >= (long)MiB => string.Create(CultureInfo.InvariantCulture, $"{bytes / MiB:0.0} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / KiB:0.0} KiB"),
    };
}
