using System.Buffers.Binary;

namespace SwarmCompute.Attestation;

/// <summary>Takes little-endian fields from the front of bytes; every method says whether there were enough.</summary>
internal struct MemoryReader(ReadOnlyMemory<byte> bytes)
{
    public ReadOnlyMemory<byte> Rest { get; private set; } = bytes;

    public bool TryTake(long length, out ReadOnlyMemory<byte> taken)
    {
        taken = default;
        if (length > Rest.Length) return false;
        taken = Rest[..(int)length];
        Rest = Rest[(int)length..];
        return true;
    }

    public bool TryUInt16(out ushort value)
    {
        var enough = TryTake(sizeof(ushort), out var taken);
        value = enough ? BinaryPrimitives.ReadUInt16LittleEndian(taken.Span) : default;
        return enough;
    }

    public bool TryUInt32(out uint value)
    {
        var enough = TryTake(sizeof(uint), out var taken);
        value = enough ? BinaryPrimitives.ReadUInt32LittleEndian(taken.Span) : default;
        return enough;
    }
}
