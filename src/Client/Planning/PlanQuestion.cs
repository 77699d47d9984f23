using System.Collections.Immutable;
using System.Text.Json.Nodes;
using SwarmCompute.Client.Orders;

namespace SwarmCompute.Client.Planning;

/// <summary>What the guest program is asked to plan: a cut (<see cref="Stages"/> or <see cref="Layers"/>), or stages on <see cref="Nodes"/>.</summary>
/// <param name="Sessions">Answers that are generated at once.</param>
/// <param name="ContextTokens">Tokens that each may hold.</param>
internal sealed record PlanQuestion(int Sessions, int ContextTokens)
{
    private const int PositionDigits = 3;                    // microseconds

    /// <summary>Tokens that all sessions hold together; null: a context in each.</summary>
    public long? KvTokens { get; init; }

    /// <summary>How many equal servers; null where the layers or the nodes are given.</summary>
    public int? Stages { get; init; }

    /// <summary>Of each stage; empty where they are not given.</summary>
    public ImmutableArray<int> Layers { get; init; } = [];

    /// <summary>What the plan is to be best at: latency or throughput.</summary>
    public string Aim { get; init; } = "latency";

    /// <summary>Tokens of a usual prompt.</summary>
    public int PromptTokens { get; init; } = 512;

    /// <summary>Tokens of a usual answer.</summary>
    public int AnswerTokens { get; init; } = 256;

    /// <summary>Nodes whose memory and speed are known; empty where a cut is asked for.</summary>
    public ImmutableArray<NodeView> Nodes { get; init; } = [];

    /// <summary>What each stage of an order must hold.</summary>
    public static PlanQuestion Of(Manifest manifest) => new(manifest.Sessions, manifest.ContextTokens)
    {
        KvTokens = manifest.KvTokens,
        Stages = manifest.Layers.IsEmpty ? manifest.Stages : null,
        Layers = manifest.Layers,
    };

    /// <summary>As the guest program reads it.</summary>
    public string ToJson()
    {
        var json = new JsonObject { ["sessions"] = Sessions, ["contextTokens"] = ContextTokens };
        if (KvTokens is { } tokens) json["kvTokens"] = tokens;
        if (Stages is { } stages) json["stages"] = stages;
        if (!Layers.IsEmpty) json["layers"] = new JsonArray([.. Layers.Select(count => (JsonNode)count)]);
        if (Nodes.IsEmpty) return json.ToJsonString();
        json["aim"] = Aim;
        json["promptTokens"] = PromptTokens;
        json["answerTokens"] = AnswerTokens;
        json["nodes"] = new JsonArray([.. Nodes.Select(Describe)]);
        return json.ToJsonString();
    }

    private static JsonNode Describe(NodeView node) => new JsonObject
    {
        ["id"] = node.Id,
        ["memoryBytes"] = node.FreeMemoryBytes,
        ["bytesPerSecond"] = node.BytesPerSecond,
        ["operationsPerSecond"] = node.OperationsPerSecond,
        ["position"] = node.Position is not { } position ? null : new JsonObject
        {
            ["x"] = Math.Round(position.X, PositionDigits),
            ["y"] = Math.Round(position.Y, PositionDigits),
            ["z"] = Math.Round(position.Z, PositionDigits),
            ["height"] = Math.Round(position.Height, PositionDigits),
            ["error"] = Math.Round(position.Error, PositionDigits),
        },
    };
}
