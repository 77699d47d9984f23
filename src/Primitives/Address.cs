namespace SwarmCompute;

/// <summary>An account or contract on the chain: 20 bytes. Prints as <c>0x</c> and 40 lower-case hexadecimal digits.</summary>
public readonly record struct Address
{
    /// <summary>Bytes in an address.</summary>
    public const int Size = 20;

    private readonly UInt128 _high;
    private readonly uint _low;

    /// <summary>Takes 20 bytes.</summary>
    /// <exception cref="ArgumentException">Not 20 bytes.</exception>
    public Address(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size) throw new ArgumentException($"An address has {Size} bytes, not {bytes.Length}.", nameof(bytes));
        _high = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
        _low = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]);
    }

    /// <summary>Whether this is the zero address, which stands for no account.</summary>
    public bool IsZero => _high == 0 && _low == 0;

    /// <summary>Reads <c>0x</c> and 40 hexadecimal digits of any case; a checksum in the case (EIP-55) is not checked.</summary>
    /// <exception cref="FormatException">The text has another form.</exception>
    public static Address Parse(string text)
    {
        Span<byte> bytes = stackalloc byte[Size];
        if (!text.StartsWith("0x", StringComparison.Ordinal) || text.Length != 2 + 2 * Size
            || Convert.FromHexString(text.AsSpan(2), bytes, out _, out _) != System.Buffers.OperationStatus.Done)
            throw new FormatException($"'{text}' is not an address; give 0x and 40 hexadecimal digits.");
        return new Address(bytes);
    }

    /// <summary>Writes the 20 bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The destination is shorter than 20 bytes.</exception>
    public void CopyTo(Span<byte> destination)
    {
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(destination, _high);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(destination[16..], _low);
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        return "0x" + Convert.ToHexStringLower(bytes);
    }
}
