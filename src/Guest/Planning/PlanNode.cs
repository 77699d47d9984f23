using System.Text.Json.Nodes;

namespace SwarmCompute.Guest.Planning;

/// <summary>A node as it was described: <c>{"id","memoryBytes","bytesPerSecond","operationsPerSecond","position":{"x","y","z","height","error"}|null}</c>.</summary>
/// <param name="Id">Its name.</param>
/// <param name="MemoryBytes">What it gives to a stage, in bytes.</param>
/// <param name="BytesPerSecond">How fast it reads weights.</param>
/// <param name="OperationsPerSecond">How fast it computes.</param>
/// <param name="Position">Where it is in the network; null where nobody knows.</param>
internal sealed record PlanNode(NodeId Id, long MemoryBytes, double BytesPerSecond, double OperationsPerSecond, NetworkPosition? Position)
{
    /// <summary>Reads it.</summary>
    /// <exception cref="FormatException">A member is missing, unknown or out of its range.</exception>
    public static PlanNode Read(JsonObject node, string path)
    {
        var fields = new JsonFields(node, path, "id", "memoryBytes", "bytesPerSecond", "operationsPerSecond", "position");
        return new PlanNode(
            new NodeId(fields.Text("id", NodeId.LengthMax)),
            fields.Integer("memoryBytes", 0, long.MaxValue),
            fields.Positive("bytesPerSecond"),
            fields.Positive("operationsPerSecond"),
            node["position"] is null ? null : ReadPosition(fields.Object("position"), $"{path}position."));
    }

    private static NetworkPosition ReadPosition(JsonObject position, string path)
    {
        var fields = new JsonFields(position, path, "x", "y", "z", "height", "error");
        double Coordinate(string name) => fields.Number(name, -NetworkPosition.CoordinateMax, NetworkPosition.CoordinateMax);
        return new NetworkPosition(
            Coordinate("x"), Coordinate("y"), Coordinate("z"),
            fields.Number("height", NetworkPosition.HeightMin, NetworkPosition.CoordinateMax), fields.Number("error", 0, 1));
    }
}
