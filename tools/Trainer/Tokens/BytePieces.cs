using System.Collections.Frozen;
using System.Text;
using System.Text.RegularExpressions;

namespace SwarmCompute.Trainer.Tokens;

/// <summary>GPT-2's first step: text is cut into words, and each byte is written as one printable character.</summary>
internal static partial class BytePieces
{
    private static readonly char[] ByteToChar = Alphabet();
    private static readonly FrozenDictionary<char, byte> CharToByte = ByteToChar.Index().ToFrozenDictionary(p => p.Item, p => (byte)p.Index);

    /// <summary>Words of a text in order, each in the printable alphabet. Joined and decoded they give the text again.</summary>
    public static IEnumerable<string> Split(string text) => Words().Matches(text).Select(m => Show(Encoding.UTF8.GetBytes(m.Value)));

    /// <summary>Bytes in the printable alphabet: a space is Ġ, a line feed is Ċ.</summary>
    public static string Show(ReadOnlySpan<byte> bytes)
    {
        var shown = new char[bytes.Length];
        for (var i = 0; i < bytes.Length; i++) shown[i] = ByteToChar[bytes[i]];
        return new string(shown);
    }

    public static byte[] Hide(string shown) => [.. shown.Select(c => CharToByte[c])];

    /// <summary>The character of one byte.</summary>
    public static string OfByte(int value) => ByteToChar[value].ToString();

    // The pattern that llama.cpp applies for tokenizer.ggml.pre = "gpt-2".
    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Words();

    private static char[] Alphabet()
    {
        var chars = new char[256];
        var spare = 256;
        for (var b = 0; b < 256; b++)
            chars[b] = b is (>= 33 and <= 126) or (>= 161 and <= 172) or (>= 174 and <= 255) ? (char)b : (char)spare++;
        return chars;
    }
}
