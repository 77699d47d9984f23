namespace SwarmCompute.Inference;

/// <summary>The first bytes of a character in UTF-8 (RFC 3629, section 4). Overlong forms, surrogates and what is above U+10FFFF are refused.</summary>
/// <param name="Bits">The bits so far.</param>
/// <param name="Have">Bytes so far.</param>
/// <param name="Need">Bytes of the whole character; 0 before the first.</param>
internal readonly record struct Utf8Part(int Bits, int Have, int Need)
{
    public static readonly Utf8Part None;

    public bool IsEmpty => Have == 0;

    public bool IsWhole => Have > 0 && Have == Need;

    public int CodePoint => Bits;

    /// <summary>The characters that it may become, both ends included.</summary>
    public (int Low, int High) Range
    {
        get
        {
            var open = 6 * (Need - Have);
            var lowest = Need switch { 2 => 0x80, 3 => 0x800, 4 => 0x10000, _ => 0 };
            return (Math.Max(Bits << open, lowest), Math.Min((Bits << open) | ((1 << open) - 1), 0x10FFFF));
        }
    }

    /// <summary>With one more byte; null where that is no UTF-8.</summary>
    public Utf8Part? With(byte value)
    {
        if (Have == 0)
            return value switch
            {
                < 0x80 => new(value, 1, 1),
                >= 0xC2 and <= 0xDF => new(value & 0x1F, 1, 2),
                >= 0xE0 and <= 0xEF => new(value & 0x0F, 1, 3),
                >= 0xF0 and <= 0xF4 => new(value & 0x07, 1, 4),
                _ => null,
            };
        if (value is < 0x80 or > 0xBF) return null;
        var longer = new Utf8Part((Bits << 6) | (value & 0x3F), Have + 1, Need);
        var (low, high) = longer.Range;
        return low > high || (low >= 0xD800 && high <= 0xDFFF) ? null : longer;
    }
}
