namespace SwarmCompute.Chain.Transactions;

/// <summary>Reads one list of the recursive length prefix (Ethereum yellow paper, appendix B), of which the items are strings or lists.</summary>
internal ref struct RlpReader
{
    private ReadOnlySpan<byte> _rest;

    private RlpReader(ReadOnlySpan<byte> content) => _rest = content;

    /// <summary>Begins a list that the bytes hold and nothing else.</summary>
    public static bool TryList(ReadOnlySpan<byte> bytes, out RlpReader list)
    {
        list = default;
        if (!TryItem(bytes, out var start, out var length, out var isList) || !isList || bytes.Length != start + length) return false;
        list = new RlpReader(bytes[start..]);
        return true;
    }

    /// <summary>Whether all items were read.</summary>
    public readonly bool AtEnd => _rest.IsEmpty;

    /// <summary>The next item's content.</summary>
    public bool TryNext(out ReadOnlySpan<byte> content)
    {
        content = default;
        if (!TryItem(_rest, out var start, out var length, out _)) return false;
        content = _rest.Slice(start, length);
        _rest = _rest[(start + length)..];
        return true;
    }

    /// <summary>The next item as a number of up to 64 bits.</summary>
    public bool TryUInt64(out ulong number)
    {
        number = 0;
        if (!TryNext(out var bytes) || bytes.Length > sizeof(ulong)) return false;
        foreach (var b in bytes) number = (number << 8) | b;
        return true;
    }

    /// <summary>The next item as a number of 256 bits.</summary>
    public bool TryHash(out Hash32 number)
    {
        number = default;
        if (!TryNext(out var bytes) || bytes.Length > Hash32.Size) return false;
        Span<byte> padded = stackalloc byte[Hash32.Size];
        bytes.CopyTo(padded[(Hash32.Size - bytes.Length)..]);
        number = new Hash32(padded);
        return true;
    }

    /// <summary>Where the content of the first item stands.</summary>
    private static bool TryItem(ReadOnlySpan<byte> bytes, out int start, out int length, out bool isList)
    {
        (start, length, isList) = (0, 1, false);
        if (bytes.IsEmpty) return false;
        isList = bytes[0] >= 0xC0;
        if (bytes[0] < 0x80) return true;
        var prefix = bytes[0] - (isList ? 0xC0 : 0x80);
        (start, length) = (1, prefix);
        if (prefix >= 56)
        {
            start += prefix - 55;
            length = 0;
            if (start > 4 || bytes.Length < start) return false;
            foreach (var b in bytes[1..start]) length = (length << 8) | b;
        }
        return bytes.Length - start >= length;
    }
}
