namespace SwarmCompute.Grains.Interfaces.Converters;

/// <summary>The default value, which names no node, travels as the empty name.</summary>
[RegisterConverter]
internal sealed class NodeIdConverter : IConverter<NodeId, NodeIdConverter.Surrogate>
{
    public NodeId ConvertFromSurrogate(in Surrogate surrogate) => surrogate.Value is null or "" ? default : new NodeId(surrogate.Value);
    public Surrogate ConvertToSurrogate(in NodeId value) => new() { Value = value.Value };

    [GenerateSerializer, Immutable, Alias("swarm.NodeId")]
    internal struct Surrogate
    {
        [Id(0)] public string? Value;
    }
}
