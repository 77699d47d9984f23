using System.Collections.Immutable;
using System.Text.Json;
using SwarmCompute.Client.Cli;
using SwarmCompute.Client.Orders;

namespace SwarmCompute.Client.Planning;

/// <summary>What the guest program answered: a cut, and, where nodes were given, who runs it and what is expected of it.</summary>
/// <param name="Layers">Of each stage.</param>
/// <param name="Memory">Of each stage, in bytes.</param>
internal sealed record ModelPlan(ImmutableArray<int> Layers, ImmutableArray<long> Memory)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    /// <summary>Of each stage, in the order of the ring; empty where no nodes were given.</summary>
    public ImmutableArray<string> Nodes { get; init; } = [];

    /// <summary>What one stream waits for a token, in milliseconds.</summary>
    public double TokenMs { get; init; }

    /// <summary>What one stream waits for its first token, in milliseconds.</summary>
    public double FirstTokenMs { get; init; }

    /// <summary>Of many streams together.</summary>
    public double TokensPerSecond { get; init; }

    /// <summary>The same number of nodes in the order of their names, cut for equal servers; null where they do not hold the model.</summary>
    public ModelPlan? Naive { get; init; }

    /// <summary>Nodes whose place in the network is not known.</summary>
    public ImmutableArray<string> DistanceUnknown { get; init; } = [];

    /// <summary>Lets the guest program plan.</summary>
    /// <exception cref="CommandException">There is no such model, or no plan; the message says what would do.</exception>
    public static async Task<ModelPlan> Ask(RepositoryRoot root, string file, PlanQuestion question, CancellationToken cancel) =>
        Read(await GuestProgram.Ask(root, ["plan-model", file], Timeout, file, cancel, question.ToJson()));

    /// <summary>Reads an answer.</summary>
    public static ModelPlan Read(JsonElement json) => new(
        [.. json.GetProperty("layers").EnumerateArray().Select(count => count.GetInt32())],
        [.. json.GetProperty("memory").EnumerateArray().Select(bytes => bytes.GetInt64())])
    {
        Nodes = Names(json, "nodes"),
        TokenMs = OrderJson.Member(json, "tokenMs")?.GetDouble() ?? 0,
        FirstTokenMs = OrderJson.Member(json, "firstTokenMs")?.GetDouble() ?? 0,
        TokensPerSecond = OrderJson.Member(json, "tokensPerSecond")?.GetDouble() ?? 0,
        Naive = OrderJson.Member(json, "naive") is { } naive ? Read(naive) : null,
        DistanceUnknown = Names(json, "distanceUnknown"),
    };

    private static ImmutableArray<string> Names(JsonElement json, string name) =>
        OrderJson.Member(json, name) is { } names ? [.. names.EnumerateArray().Select(item => item.GetString()!)] : [];
}
