using System.Buffers.Binary;

namespace SwarmCompute.Chain.Abi;

/// <summary>Reads values of static types, one word of 32 bytes each; refuses a word that its type cannot have.</summary>
internal ref struct AbiReader(ReadOnlySpan<byte> bytes)
{
    private const int WordSize = 32;
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Reads a bytes32.</summary>
    public Hash32 Hash() => new(Word());

    /// <summary>Reads an unsigned number of up to 128 bits.</summary>
    public UInt128 UInt128() => BinaryPrimitives.ReadUInt128BigEndian(Word(16));

    /// <summary>Reads an amount.</summary>
    public Wei Wei() => new(UInt128());

    /// <summary>Reads a uint64.</summary>
    public ulong UInt64() => BinaryPrimitives.ReadUInt64BigEndian(Word(8));

    /// <summary>Reads a uint32.</summary>
    public uint UInt32() => BinaryPrimitives.ReadUInt32BigEndian(Word(4));

    /// <summary>Reads a uint8 or an enumeration.</summary>
    public byte UInt8() => Word(1)[0];

    /// <summary>Reads a boolean.</summary>
    public bool Bool() => UInt8() switch { 0 => false, 1 => true, var other => throw Malformed($"{other} is not a boolean") };

    /// <summary>Reads an address.</summary>
    public Address Address() => new(Word(SwarmCompute.Address.Size));

    /// <summary>Refuses bytes that are left over.</summary>
    public readonly void End()
    {
        if (!_rest.IsEmpty) throw Malformed($"{_rest.Length} bytes are left over");
    }

    private ReadOnlySpan<byte> Word(int significant)
    {
        var word = Word();
        if (word[..^significant].ContainsAnyExcept((byte)0)) throw Malformed($"a number needs more than {significant} bytes");
        return word[^significant..];
    }

    private ReadOnlySpan<byte> Word()
    {
        if (_rest.Length < WordSize) throw Malformed("it ends too early");
        var word = _rest[..WordSize];
        _rest = _rest[WordSize..];
        return word;
    }

    private static ChainException Malformed(string why) =>
        new(ChainErrorKind.Inconsistent, $"The chain gave data that the contract cannot give: {why}. Is the configured contract ours?");
}
