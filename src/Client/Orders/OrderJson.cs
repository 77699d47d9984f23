using System.Collections.Immutable;
using System.Text.Json;

namespace SwarmCompute.Client.Orders;

/// <summary>Reads the silo API's answers. Members that this version does not know are left alone: a newer silo may say more.</summary>
internal static class OrderJson
{
    private const int ItemsMax = 10_000;

    public static OrderProgress Order(JsonElement json) => new()
    {
        Order = OrderId.Parse(Text(json, "order")),
        Status = Text(json, "status"),
        ChainStatus = Text(json, "chainStatus"),
        Why = TextOrNull(json, "why"),
        ManifestHash = TextOrNull(json, "manifestHash") is { } manifest ? Hash32.Parse(manifest) : null,
        Generation = json.TryGetProperty("generation", out var generation) ? generation.GetInt64() : 0,
        Head = Member(json, "head") is { } head
            ? new Head(new Uri(Text(head, "endpoint"), UriKind.Absolute), new LeaseEpoch(head.GetProperty("epoch").GetUInt32()), head.GetProperty("ready").GetBoolean())
            : null,
        Leases = List(json, "leases", l => new LeaseProgress(l.GetProperty("slot").GetInt32(), new LeaseEpoch(l.GetProperty("epoch").GetUInt32()),
            Text(l, "node"), Text(l, "status"), Member(l, "pid")?.GetInt32())),
        Standbys = List(json, "standbys", s => new StandbyProgress(s.GetProperty("slot").GetInt32(), new LeaseEpoch(s.GetProperty("epoch").GetUInt32()),
            Text(s, "node"), Text(s, "status"), Member(s, "lag")?.GetInt32())),
        Lost = List(json, "lost", l => new LostLease(l.GetProperty("slot").GetInt32(), new LeaseEpoch(l.GetProperty("epoch").GetUInt32()),
            Text(l, "node"), Text(l, "reason"))),
        Transactions = List(json, "transactions", t => Hash32.Parse(t.GetString() ?? "")),
        ReportHash = TextOrNull(json, "reportHash") is { } hash ? Hash32.Parse(hash) : null,
        Usage = Member(json, "usage")?.GetInt64() ?? 0,
    };

    public static SwarmView Swarm(JsonElement json) => new(
        List(json, "silos", s => new SiloView(TextOrNull(s, "node"), Text(s, "address"), Text(s, "status"))),
        List(json, "nodes", n => NodeJson.Figures(n, new NodeView(Text(n, "id"), Text(n, "status"), n.GetProperty("slots").GetInt32(), n.GetProperty("free").GetInt32()))));

    /// <summary>The one-line error of a refused request, or null where the body is something else.</summary>
    public static string? Error(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind != JsonValueKind.Object || Member(json.RootElement, "error") is not { } error) return null;
            return error.ValueKind == JsonValueKind.Object ? TextOrNull(error, "message") : error.GetString();
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>A member; null where it is absent or null.</summary>
    public static JsonElement? Member(JsonElement json, string name) =>
        json.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? member : null;

    private static string? TextOrNull(JsonElement json, string name) => Member(json, name)?.GetString();

    private static string Text(JsonElement json, string name) =>
        TextOrNull(json, name) ?? throw new FormatException($"the answer lacks '{name}'");

    private static ImmutableArray<T> List<T>(JsonElement json, string name, Func<JsonElement, T> read)
    {
        if (Member(json, name) is not { } list) return [];
        if (list.GetArrayLength() > ItemsMax) throw new FormatException($"'{name}' has more than {ItemsMax} members");
        return [.. list.EnumerateArray().Select(read)];
    }
}
