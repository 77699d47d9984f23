namespace SwarmCompute.Grains.Interfaces.Converters;

[RegisterConverter]
internal sealed class WeiConverter : IConverter<Wei, WeiConverter.Surrogate>
{
    public Wei ConvertFromSurrogate(in Surrogate surrogate) => new(surrogate.Value);
    public Surrogate ConvertToSurrogate(in Wei value) => new() { Value = value.Value };

    [GenerateSerializer, Immutable, Alias("swarm.Wei")]
    internal struct Surrogate
    {
        [Id(0)] public UInt128 Value;
    }
}
