using System.Text.Json;

namespace SwarmCompute.Client.Orders;

/// <summary>Reads what a node reports of itself: memory, speed and where it is. Each may be absent or null, and none may be out of its range.</summary>
internal static class NodeJson
{
    /// <summary>The node, with its figures.</summary>
    /// <exception cref="FormatException">A figure is out of its range.</exception>
    public static NodeView Figures(JsonElement json, NodeView node) => node with
    {
        MemoryBytes = Bytes(json, "memoryBytes"),
        FreeMemoryBytes = Bytes(json, "freeMemoryBytes"),
        BytesPerSecond = Speed(json, "bytesPerSecond"),
        OperationsPerSecond = Speed(json, "operationsPerSecond"),
        Position = OrderJson.Member(json, "position") is { } position ? Position(position) : null,
    };

    private static NetworkPosition Position(JsonElement json)
    {
        double Number(string name) => json.GetProperty(name).GetDouble();
        var position = new NetworkPosition(Number("x"), Number("y"), Number("z"), Number("height"), Number("error"));
        return position.IsValid ? position : throw new FormatException("'position' is out of its range");
    }

    private static long? Bytes(JsonElement json, string name) => OrderJson.Member(json, name)?.GetInt64() switch
    {
        null => null,
        >= 0 and var bytes => bytes,
        _ => throw new FormatException($"'{name}' is less than 0"),
    };

    private static double? Speed(JsonElement json, string name) => OrderJson.Member(json, name)?.GetDouble() switch
    {
        null => null,
        > 0 and <= double.MaxValue and var speed => speed,
        _ => throw new FormatException($"'{name}' is no number above 0"),
    };
}
