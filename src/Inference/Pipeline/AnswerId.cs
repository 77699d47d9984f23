using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace SwarmCompute.Inference;

/// <summary>Names a streamed answer: 96 random bits, and whether a chat asked for it. Its text is the id that clients are told.</summary>
internal readonly record struct AnswerId(bool IsChat, ulong High, uint Low)
{
    /// <summary>Bytes on the wire: u8 1 for a chat, else 0; the random bits, big-endian, as the text has them.</summary>
    public const int Size = 1 + RandomBytes;

    private const int RandomBytes = 12;
    private const string ChatPrefix = "chatcmpl-", TextPrefix = "cmpl-";

    public static AnswerId New(bool isChat)
    {
        Span<byte> random = stackalloc byte[RandomBytes];
        RandomNumberGenerator.Fill(random);
        return Of(isChat, random);
    }

    /// <summary>Reads the text; false where it has another form.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out AnswerId id)
    {
        id = default;
        var isChat = text.StartsWith(ChatPrefix, StringComparison.Ordinal);
        if (!isChat && !text.StartsWith(TextPrefix, StringComparison.Ordinal)) return false;
        var digits = text[(isChat ? ChatPrefix : TextPrefix).Length..];
        Span<byte> random = stackalloc byte[RandomBytes];
        if (digits.Length != 2 * RandomBytes || Convert.FromHexString(digits, random, out _, out _) != OperationStatus.Done) return false;
        id = Of(isChat, random);
        return true;
    }

    /// <summary>Reads it from the wire; false where it is none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out AnswerId id)
    {
        id = Of(bytes[0] == 1, bytes[1..Size]);
        return bytes[0] <= 1;
    }

    public void Write(Span<byte> bytes)
    {
        bytes[0] = IsChat ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt64BigEndian(bytes[1..], High);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[9..], Low);
    }

    public override string ToString() => $"{(IsChat ? ChatPrefix : TextPrefix)}{High:x16}{Low:x8}";

    private static AnswerId Of(bool isChat, ReadOnlySpan<byte> random) =>
        new(isChat, BinaryPrimitives.ReadUInt64BigEndian(random), BinaryPrimitives.ReadUInt32BigEndian(random[8..]));
}
