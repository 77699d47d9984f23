using System.Text.Json.Nodes;
using SwarmCompute.Grains.Interfaces;

namespace SwarmCompute.Silo.Web;

/// <summary>The JSON of the web API. Numbers that may pass 2^53 are strings.</summary>
internal static class OrderJson
{
    public static JsonObject Of(OrderSnapshot order) => new()
    {
        ["order"] = order.Order.ToString(),
        ["status"] = order.Phase.ToString(),
        ["chainStatus"] = order.ChainStatus.ToString(),
        ["latestStatus"] = order.LatestStatus.ToString(),
        ["why"] = order.Why,
        ["manifestHash"] = order.ManifestHash.ToString(),
        ["endsAt"] = order.EndsAt.UtcDateTime,
        ["generation"] = order.Generation,
        ["head"] = order.Head is { } head
            ? new JsonObject { ["endpoint"] = head.Endpoint, ["epoch"] = head.Epoch.Value, ["ready"] = head.IsReady }
            : null,
        ["leases"] = new JsonArray([.. order.Leases.Select(Of)]),
        ["standbys"] = new JsonArray([.. order.Standbys.Select(Of)]),
        ["lost"] = new JsonArray([.. order.Lost.Select(Of)]),
        ["transactions"] = new JsonArray([.. order.Transactions.Select(t => JsonValue.Create($"0x{t}"))]),
        ["reportHash"] = order.ReportHash?.ToString(),
        ["usage"] = order.Usage,
    };

    public static JsonObject Of(NodeSnapshot node) => new()
    {
        ["id"] = node.Description.Id.Value,
        ["status"] = node.Status.ToString(),
        ["slots"] = node.Description.Slots,
        ["free"] = node.Free,
        ["why"] = node.Why,
        ["memoryBytes"] = node.Description.MemoryBytes > 0 ? node.Description.MemoryBytes : null,
        ["freeMemoryBytes"] = node.Description.MemoryBytes > 0 ? node.FreeMemory : null,
        ["bytesPerSecond"] = node.Description.BytesPerSecond > 0 ? node.Description.BytesPerSecond : null,
        ["operationsPerSecond"] = node.Description.OperationsPerSecond > 0 ? node.Description.OperationsPerSecond : null,
        ["position"] = node.Position is { } position ? Of(position) : null,
    };

    private static JsonObject Of(NetworkPosition position) => new()
    {
        ["x"] = position.X,
        ["y"] = position.Y,
        ["z"] = position.Z,
        ["height"] = position.Height,
        ["error"] = position.Error,
    };

    private static JsonNode Of(SlotSnapshot lease) => new JsonObject
    {
        ["slot"] = lease.Slot,
        ["epoch"] = lease.Epoch.Value,
        ["node"] = lease.Node.Value,
        ["status"] = lease.Status.ToString(),
        ["pid"] = lease.ProcessId,
    };

    private static JsonNode Of(StandbySnapshot standby) => new JsonObject
    {
        ["slot"] = standby.Slot,
        ["epoch"] = standby.Epoch.Value,
        ["node"] = standby.Node.Value,
        ["status"] = standby.Status.ToString(),
        ["lag"] = standby.Lag,
    };

    private static JsonNode Of(LostLease lost) => new JsonObject
    {
        ["slot"] = lost.Slot,
        ["epoch"] = lost.Epoch.Value,
        ["node"] = lost.Node.Value,
        ["reason"] = lost.Reason,
    };
}
