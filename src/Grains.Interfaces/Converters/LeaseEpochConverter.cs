namespace SwarmCompute.Grains.Interfaces.Converters;

[RegisterConverter]
internal sealed class LeaseEpochConverter : IConverter<LeaseEpoch, LeaseEpochConverter.Surrogate>
{
    public LeaseEpoch ConvertFromSurrogate(in Surrogate surrogate) => new(surrogate.Value);
    public Surrogate ConvertToSurrogate(in LeaseEpoch value) => new() { Value = value.Value };

    [GenerateSerializer, Immutable, Alias("swarm.LeaseEpoch")]
    internal struct Surrogate
    {
        [Id(0)] public uint Value;
    }
}
