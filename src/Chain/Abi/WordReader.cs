using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SwarmCompute.Chain.Abi;

/// <summary>
/// Reads values of static types, one word of 32 bytes each. A word that its type cannot have, and one that is not there, reads as something
/// and makes the whole invalid: look at <see cref="Valid"/> before the values.
/// </summary>
internal ref struct WordReader(ReadOnlySpan<byte> bytes)
{
    /// <summary>Bytes in a word.</summary>
    public const int Size = 32;

    private ReadOnlySpan<byte> _rest = bytes;
    private bool _bad;

    /// <summary>Whether every word was there and one of its type's, and nothing is left over.</summary>
    public readonly bool Valid => !_bad && _rest.IsEmpty;

    private static ReadOnlySpan<byte> Missing => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>Reads a bytes32.</summary>
    public Hash32 Hash() => new(Word());

    /// <summary>Reads an unsigned number; one of more than 128 bits is bad.</summary>
    public UInt128 UInt128()
    {
        var word = Word();
        _bad |= (Part(word, 0) | Part(word, 8)) != 0;
        return BinaryPrimitives.ReadUInt128BigEndian(word[16..]);
    }

    /// <summary>Reads a uint64.</summary>
    public ulong UInt64()
    {
        var word = Word();
        _bad |= (Part(word, 0) | Part(word, 8) | Part(word, 16)) != 0;
        return BinaryPrimitives.ReadUInt64BigEndian(word[24..]);
    }

    /// <summary>Reads a uint32.</summary>
    public uint UInt32() => (uint)Below(1UL << 32);

    /// <summary>Reads a uint16.</summary>
    public ushort UInt16() => (ushort)Below(1UL << 16);

    /// <summary>Reads a uint8 or an enumeration.</summary>
    public byte UInt8() => (byte)Below(1UL << 8);

    /// <summary>Reads a boolean.</summary>
    public bool Bool() => Below(2) == 1;

    /// <summary>Reads an address.</summary>
    public Address Address()
    {
        var word = Word();
        _bad |= (Part(word, 0) | (uint)MemoryMarshal.Read<int>(word[8..])) != 0;
        return new Address(word[(Size - SwarmCompute.Address.Size)..]);
    }

    private ulong Below(ulong bound)
    {
        var value = UInt64();
        if (value < bound) return value;
        _bad = true;
        return 0;
    }

    /// <summary>Eight bytes, in any order of bytes: only whether they are zero matters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Part(ReadOnlySpan<byte> word, int at) => MemoryMarshal.Read<ulong>(word[at..]);

    private ReadOnlySpan<byte> Word()
    {
        if (_rest.Length < Size)
        {
            _bad = true;
            return Missing;
        }
        var word = _rest[..Size];
        _rest = _rest[Size..];
        return word;
    }
}
