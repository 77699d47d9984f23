using System.Buffers.Binary;

namespace SwarmCompute.Grains.Interfaces.Converters;

[RegisterConverter]
internal sealed class AddressConverter : IConverter<Address, AddressConverter.Surrogate>
{
    public Address ConvertFromSurrogate(in Surrogate surrogate)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, surrogate.High);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[16..], surrogate.Low);
        return new Address(bytes);
    }

    public Surrogate ConvertToSurrogate(in Address value)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        value.CopyTo(bytes);
        return new() { High = BinaryPrimitives.ReadUInt128BigEndian(bytes), Low = BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]) };
    }

    [GenerateSerializer, Immutable, Alias("swarm.Address")]
    internal struct Surrogate
    {
        [Id(0)] public UInt128 High;
        [Id(1)] public uint Low;
    }
}
