using System.Buffers.Binary;

namespace SwarmCompute.Fuzz;

/// <summary>Changes inputs at random: bits, bytes, lengths, runs and ends, pieces of other inputs, words that parsers look for.</summary>
/// <param name="random">The source of all choices: the same seed makes the same changes of the same inputs.</param>
/// <param name="bytesMax">The most bytes of a result.</param>
internal sealed class InputMutator(Random random, int bytesMax)
{
    private const int StepsMax = 6, RunMax = 64;

    private static readonly byte[][] Words =
    [
        .. ((string[])["{", "}", "[", "]", "\"", ":", ",", "null", "-1", "1e999", "18446744073709551616", "\\ud800", "\\u0000", "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----",
            "<!DOCTYPE a>", "<![CDATA[", "]]>", "&#0;", "xmlns:", "xml:", "<a>", "</a>"]).Select(System.Text.Encoding.UTF8.GetBytes),
        [0x30, 0x80], [0x30, 0x82, 0xff, 0xff], [0x30, 0x84, 0x7f, 0xff, 0xff, 0xff], [0x02, 0x00], [0x02, 0x01, 0xff], [0x03, 0x00], [0x06, 0x00], [0x17, 0x00], [0x18, 0x00], [0x24, 0x80], [0xa0, 0x00],
        [0x5f], [0x9f], [0xbf], [0xff], [0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [0xd2, 0x84], [0xc2, 0x40], [0xf9, 0x7e, 0x00],
    ];

    private static readonly uint[] Edges = [0, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff];

    /// <summary>A changed input.</summary>
    /// <param name="input">What is changed.</param>
    /// <param name="other">Another input, of which pieces are taken.</param>
    public byte[] Mutate(byte[] input, byte[] other)
    {
        var bytes = input;
        for (var steps = random.Next(1, StepsMax + 1); steps > 0; steps--) bytes = Step(bytes, other);
        return bytes.Length <= bytesMax ? bytes : bytes[..bytesMax];
    }

    private byte[] Step(byte[] bytes, byte[] other)
    {
        if (bytes.Length == 0) return Words[random.Next(Words.Length)];
        var at = random.Next(bytes.Length);
        var end = Math.Min(bytes.Length, at + random.Next(1, RunMax));
        return random.Next(12) switch
        {
            0 or 1 => Changed(bytes, at, b => (byte)(b ^ (1 << random.Next(8)))),
            2 => Changed(bytes, at, _ => (byte)random.Next(256)),
            3 => Changed(bytes, at, b => unchecked((byte)(b + random.Next(-3, 4)))),
            4 or 5 => WithNumber(bytes, at),
            6 => [.. bytes[..at], .. bytes[end..]],
            7 => [.. bytes[..end], .. bytes[at..]],
            8 => bytes[..at],
            9 => [.. bytes[..at], .. Words[random.Next(Words.Length)], .. bytes[at..]],
            10 => Overwritten(bytes, at, Words[random.Next(Words.Length)]),
            _ => other.Length == 0 ? bytes : [.. bytes[..at], .. Piece(other), .. bytes[end..]],
        };
    }

    private byte[] Piece(byte[] other)
    {
        var from = random.Next(other.Length);
        return other[from..Math.Min(other.Length, from + random.Next(1, 4 * RunMax))];
    }

    private byte[] WithNumber(byte[] bytes, int at)
    {
        var number = new byte[sizeof(uint)];
        var value = random.Next(3) == 0 ? (uint)bytes.Length : Edges[random.Next(Edges.Length)];
        if (random.Next(2) == 0) BinaryPrimitives.WriteUInt32LittleEndian(number, value);
        else BinaryPrimitives.WriteUInt32BigEndian(number, value);
        var isLittle = number[0] != 0 || value == 0;
        var size = 1 << random.Next(3);
        return Overwritten(bytes, at, isLittle ? number[..size] : number[^size..]);
    }

    private static byte[] Overwritten(byte[] bytes, int at, byte[] with)
    {
        var changed = (byte[])bytes.Clone();
        with.AsSpan(0, Math.Min(with.Length, bytes.Length - at)).CopyTo(changed.AsSpan(at));
        return changed;
    }

    private static byte[] Changed(byte[] bytes, int at, Func<byte, byte> change)
    {
        var changed = (byte[])bytes.Clone();
        changed[at] = change(changed[at]);
        return changed;
    }
}
