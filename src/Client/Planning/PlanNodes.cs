using System.Collections.Immutable;
using System.Text.Json;
using SwarmCompute.Client.Cli;
using SwarmCompute.Client.Orders;

namespace SwarmCompute.Client.Planning;

/// <summary>The nodes that a plan may use, and why others are left out.</summary>
/// <param name="Usable">Ready, with a free slot, and of known memory and speed; one or more.</param>
/// <param name="LeftOut">The others: a name and a few words for each.</param>
internal sealed record PlanNodes(ImmutableArray<NodeView> Usable, ImmutableArray<(string Id, string Why)> LeftOut)
{
    private const int FileBytesMax = 1024 * 1024, FileDepthMax = 8, NamedMax = 8;

    /// <summary>Chooses out of all nodes.</summary>
    /// <exception cref="CommandException">None can be used.</exception>
    public static PlanNodes Of(ImmutableArray<NodeView> nodes)
    {
        var leftOut = nodes.Select(node => (node.Id, Why: WhyNot(node))).Where(node => node.Why is not null).Select(node => (node.Id, Why: node.Why!)).ToImmutableArray();
        ImmutableArray<NodeView> usable = [.. nodes.Where(node => WhyNot(node) is null)];
        if (!usable.IsEmpty) return new PlanNodes(usable, leftOut);
        var reasons = string.Concat(leftOut.Take(NamedMax).Select(node => $" {node.Id}: {node.Why};"));
        throw new CommandException(
            $"none of {nodes.Length} nodes can take a stage:{reasons} wait until nodes are Ready with a free slot, or describe nodes with --nodes FILE (docs/pipelines.md)");
    }

    /// <summary>Reads nodes from a file: <c>{"nodes":[…]}</c>, each as GET /v1/swarm has it; a status that is left out is Ready, slots are then one, and free.</summary>
    /// <exception cref="CommandException">It cannot be read, says something else, or none can be used.</exception>
    public static PlanNodes Read(string path)
    {
        var bytes = InputFile.Read(path, FileBytesMax, "a JSON file of nodes (docs/pipelines.md)");
        try
        {
            using var json = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = FileDepthMax, AllowDuplicateProperties = false });
            return Of([.. json.RootElement.GetProperty("nodes").EnumerateArray().Select(Node)]);
        }
        catch (Exception wrong) when (wrong is JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            throw new CommandException($"{path} does not describe nodes ({wrong.Message.ReplaceLineEndings(" ").TrimEnd('.')}); give an object with 'nodes' (docs/pipelines.md)", wrong);
        }
    }

    private static NodeView Node(JsonElement json) => NodeJson.Figures(json, new NodeView(
        new NodeId(json.GetProperty("id").GetString() ?? "").Value,
        OrderJson.Member(json, "status")?.GetString() ?? "Ready",
        OrderJson.Member(json, "slots")?.GetInt32() ?? 1,
        OrderJson.Member(json, "free")?.GetInt32() ?? 1));

    private static string? WhyNot(NodeView node)
    {
        if (node.Status != "Ready") return $"it is {node.Status}";
        if (node.Free < 1) return "no slot is free";
        return node is { FreeMemoryBytes: not null, BytesPerSecond: not null, OperationsPerSecond: not null } ? null : "it does not report its free memory and speed";
    }
}
