using SwarmCompute.Chain.Crypto;

namespace SwarmCompute.Chain.Sync;

/// <summary>A block's 2048-bit filter over the addresses and topics of its logs (Ethereum Yellow Paper, section 4.3.1). It may say yes wrongly, but never no.</summary>
internal readonly struct LogBloom
{
    /// <summary>Bytes of a filter.</summary>
    public const int Size = 256;

    private readonly byte[]? _bits;

    /// <summary>Takes 256 bytes.</summary>
    /// <exception cref="ArgumentException">Not 256 bytes.</exception>
    public LogBloom(byte[] bits)
    {
        if (bits.Length != Size) throw new ArgumentException($"A filter has {Size} bytes, not {bits.Length}.", nameof(bits));
        _bits = bits;
    }

    /// <summary>Whether the block has no log at all.</summary>
    public bool IsEmpty => _bits is null || !_bits.AsSpan().ContainsAnyExcept((byte)0);

    /// <summary>Whether some log may have this address.</summary>
    public bool MayHold(Address address)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        address.CopyTo(bytes);
        return MayHold(bytes);
    }

    /// <summary>Whether some log may have this topic.</summary>
    public bool MayHold(Hash32 topic)
    {
        Span<byte> bytes = stackalloc byte[Hash32.Size];
        topic.CopyTo(bytes);
        return MayHold(bytes);
    }

    /// <summary>The filter of some addresses and topics.</summary>
    public static LogBloom Of(IEnumerable<byte[]> entries)
    {
        var bits = new byte[Size];
        foreach (var entry in entries)
        {
            foreach (var (index, mask) in Places(entry)) bits[index] |= mask;
        }
        return new LogBloom(bits);
    }

    /// <summary>The 256 bytes.</summary>
    public byte[] ToArray() => _bits?.ToArray() ?? new byte[Size];

    private bool MayHold(ReadOnlySpan<byte> entry)
    {
        if (_bits is null) return false;
        foreach (var (index, mask) in Places(entry))
        {
            if ((_bits[index] & mask) == 0) return false;
        }
        return true;
    }

    /// <summary>The three bits of an entry: the low 11 bits of each of the first three pairs of bytes of its Keccak-256.</summary>
    private static (int Index, byte Mask)[] Places(ReadOnlySpan<byte> entry)
    {
        Span<byte> hash = stackalloc byte[Hash32.Size];
        Keccak256.Hash(entry).CopyTo(hash);
        return [Place(hash[0], hash[1]), Place(hash[2], hash[3]), Place(hash[4], hash[5])];
    }

    private static (int Index, byte Mask) Place(byte high, byte low)
    {
        var bit = ((high << 8) | low) & 2047;
        return (Size - 1 - bit / 8, (byte)(1 << (bit % 8)));
    }
}
