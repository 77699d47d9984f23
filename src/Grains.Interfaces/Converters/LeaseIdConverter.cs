namespace SwarmCompute.Grains.Interfaces.Converters;

[RegisterConverter]
internal sealed class LeaseIdConverter : IConverter<LeaseId, LeaseIdConverter.Surrogate>
{
    public LeaseId ConvertFromSurrogate(in Surrogate surrogate) => new(new OrderId(surrogate.Order), surrogate.Slot);
    public Surrogate ConvertToSurrogate(in LeaseId value) => new() { Order = value.Order.Value, Slot = value.Slot };

    [GenerateSerializer, Immutable, Alias("swarm.LeaseId")]
    internal struct Surrogate
    {
        [Id(0)] public ulong Order;
        [Id(1)] public int Slot;
    }
}
