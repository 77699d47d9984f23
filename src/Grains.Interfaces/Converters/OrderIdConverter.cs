namespace SwarmCompute.Grains.Interfaces.Converters;

[RegisterConverter]
internal sealed class OrderIdConverter : IConverter<OrderId, OrderIdConverter.Surrogate>
{
    public OrderId ConvertFromSurrogate(in Surrogate surrogate) => new(surrogate.Value);
    public Surrogate ConvertToSurrogate(in OrderId value) => new() { Value = value.Value };

    [GenerateSerializer, Immutable, Alias("swarm.OrderId")]
    internal struct Surrogate
    {
        [Id(0)] public ulong Value;
    }
}
