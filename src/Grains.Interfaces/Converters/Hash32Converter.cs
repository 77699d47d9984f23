using System.Buffers.Binary;

namespace SwarmCompute.Grains.Interfaces.Converters;

[RegisterConverter]
internal sealed class Hash32Converter : IConverter<Hash32, Hash32Converter.Surrogate>
{
    public Hash32 ConvertFromSurrogate(in Surrogate surrogate)
    {
        Span<byte> bytes = stackalloc byte[Hash32.Size];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, surrogate.High);
        BinaryPrimitives.WriteUInt128BigEndian(bytes[16..], surrogate.Low);
        return new Hash32(bytes);
    }

    public Surrogate ConvertToSurrogate(in Hash32 value)
    {
        Span<byte> bytes = stackalloc byte[Hash32.Size];
        value.CopyTo(bytes);
        return new() { High = BinaryPrimitives.ReadUInt128BigEndian(bytes), Low = BinaryPrimitives.ReadUInt128BigEndian(bytes[16..]) };
    }

    [GenerateSerializer, Immutable, Alias("swarm.Hash32")]
    internal struct Surrogate
    {
        [Id(0)] public UInt128 High;
        [Id(1)] public UInt128 Low;
    }
}
