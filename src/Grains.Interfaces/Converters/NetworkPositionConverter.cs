namespace SwarmCompute.Grains.Interfaces.Converters;

[RegisterConverter]
internal sealed class NetworkPositionConverter : IConverter<NetworkPosition, NetworkPositionConverter.Surrogate>
{
    public NetworkPosition ConvertFromSurrogate(in Surrogate surrogate) => new(surrogate.X, surrogate.Y, surrogate.Z, surrogate.Height, surrogate.Error);

    public Surrogate ConvertToSurrogate(in NetworkPosition value) => new() { X = value.X, Y = value.Y, Z = value.Z, Height = value.Height, Error = value.Error };

    [GenerateSerializer, Immutable, Alias("swarm.NetworkPosition")]
    internal struct Surrogate
    {
        [Id(0)] public double X;
        [Id(1)] public double Y;
        [Id(2)] public double Z;
        [Id(3)] public double Height;
        [Id(4)] public double Error;
    }
}
