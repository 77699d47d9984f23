using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using SwarmCompute.Inference;

namespace SwarmCompute.Guest.Planning;

/// <summary>
/// What is to be planned: <c>{"sessions","contextTokens","kvTokens"?,"stages"?,"layers"?,"aim"?,"promptTokens"?,"answerTokens"?,"nodes"?}</c>. Either the nodes that
/// there are, or a cut: a number of stages or the layers of each.
/// </summary>
internal sealed record PlanQuestion
{
    /// <summary>The most bytes that it has.</summary>
    public const int BytesMax = 256 * 1024;

    /// <summary>The most nodes that it names.</summary>
    public const int NodesMax = 1024;

    private const int DepthMax = 8;
    private static readonly string[] Members = ["sessions", "contextTokens", "kvTokens", "stages", "layers", "aim", "promptTokens", "answerTokens", "nodes"];

    public required int Sessions { get; init; }

    public required int ContextTokens { get; init; }

    /// <summary>Tokens that all sessions hold together.</summary>
    public required long KvTokens { get; init; }

    /// <summary>How many equal servers; null where the layers or the nodes are given.</summary>
    public int? Stages { get; init; }

    /// <summary>Of each stage; empty where they are not given.</summary>
    public ImmutableArray<int> Layers { get; init; } = [];

    public PlanAim Aim { get; init; }

    public int PromptTokens { get; init; } = 512;

    public int AnswerTokens { get; init; } = 256;

    /// <summary>Null where a cut is asked for.</summary>
    public ImmutableArray<PlanNode>? Nodes { get; init; }

    /// <summary>Reads it, to the end of the stream.</summary>
    /// <exception cref="FormatException">It is too long, no such object, or a member is out of its range; the message is one line.</exception>
    public static PlanQuestion Read(Stream input)
    {
        try
        {
            using var document = JsonDocument.Parse(Bytes(input), new JsonDocumentOptions { MaxDepth = DepthMax, AllowDuplicateProperties = false });
            return Read(JsonObject.Create(document.RootElement.Clone()) ?? throw new FormatException("it is not an object."));
        }
        catch (Exception wrong) when (wrong is FormatException or JsonException or InvalidOperationException)
        {
            throw new FormatException($"What is to be planned cannot be read: {wrong.Message}", wrong);
        }
    }

    private static PlanQuestion Read(JsonObject members)
    {
        var fields = new JsonFields(members, "", Members);
        int Tokens(string name, int otherwise) => fields.Has(name) ? (int)fields.Integer(name, 1, ManifestLimits.ContextTokensMax) : otherwise;
        var (sessions, context) = ((int)fields.Integer("sessions", 1, ManifestLimits.SessionsMax), (int)fields.Integer("contextTokens", ManifestLimits.ContextTokensMin, ManifestLimits.ContextTokensMax));
        var question = new PlanQuestion
        {
            Sessions = sessions,
            ContextTokens = context,
            KvTokens = fields.Has("kvTokens") ? fields.Integer("kvTokens", context, (long)sessions * context) : (long)sessions * context,
            Stages = fields.Has("stages") ? (int)fields.Integer("stages", 1, ManifestLimits.StagesMax) : null,
            Layers = fields.Has("layers") ? [.. fields.Integers("layers", ManifestLimits.StagesMax, 1, ManifestLimits.LayersMax).Select(count => (int)count)] : [],
            Aim = fields.Has("aim") ? ReadAim(fields) : PlanAim.Latency,
            PromptTokens = Tokens("promptTokens", 512),
            AnswerTokens = Tokens("answerTokens", 256),
            Nodes = fields.Has("nodes") ? [.. fields.Objects("nodes", NodesMax).Select((node, at) => PlanNode.Read(node, $"nodes[{at}]."))] : null,
        };
        var ways = (question.Stages is null ? 0 : 1) + (question.Layers.IsEmpty ? 0 : 1) + (question.Nodes is null ? 0 : 1);
        if (ways != 1) throw new FormatException("it must have one of 'stages', 'layers' and 'nodes'.");
        var twice = question.Nodes?.GroupBy(node => node.Id).FirstOrDefault(group => group.Count() > 1);
        return twice is null ? question : throw new FormatException($"node {twice.Key} is there twice.");
    }

    private static PlanAim ReadAim(JsonFields fields) => fields.Text("aim", 16) switch
    {
        "latency" => PlanAim.Latency,
        "throughput" => PlanAim.Throughput,
        _ => throw new FormatException("field 'aim' must be latency or throughput."),
    };

    private static ReadOnlyMemory<byte> Bytes(Stream input)
    {
        var bytes = new byte[BytesMax + 1];
        var length = input.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return length <= BytesMax ? bytes.AsMemory(0, length) : throw new FormatException($"it has more than {BytesMax} bytes.");
    }
}
