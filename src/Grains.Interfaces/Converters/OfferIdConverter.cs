namespace SwarmCompute.Grains.Interfaces.Converters;

[RegisterConverter]
internal sealed class OfferIdConverter : IConverter<OfferId, OfferIdConverter.Surrogate>
{
    public OfferId ConvertFromSurrogate(in Surrogate surrogate) => new(surrogate.Value);
    public Surrogate ConvertToSurrogate(in OfferId value) => new() { Value = value.Value };

    [GenerateSerializer, Immutable, Alias("swarm.OfferId")]
    internal struct Surrogate
    {
        [Id(0)] public ulong Value;
    }
}
