using System.Buffers;
using System.Buffers.Binary;

namespace SwarmCompute.Chain.Transactions;

/// <summary>Recursive length prefix, encoding only (Ethereum yellow paper, appendix B).</summary>
internal static class Rlp
{
    /// <summary>Encodes a string of bytes.</summary>
    public static byte[] Bytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == 1 && bytes[0] < 0x80) return [bytes[0]];
        return WithPrefix(0x80, bytes);
    }

    /// <summary>Encodes a number: big-endian without leading zeros, zero as the empty string.</summary>
    public static byte[] Number(UInt128 value)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
        return Bytes(bytes.TrimStart((byte)0));
    }

    /// <summary>Encodes a number of 256 bits.</summary>
    public static byte[] Number(Hash32 value)
    {
        Span<byte> bytes = stackalloc byte[Hash32.Size];
        value.CopyTo(bytes);
        return Bytes(bytes.TrimStart((byte)0));
    }

    /// <summary>Encodes a list of items that are encoded already.</summary>
    public static byte[] List(params ReadOnlySpan<byte[]> items)
    {
        var content = new ArrayBufferWriter<byte>();
        foreach (var item in items) content.Write(item);
        return WithPrefix(0xC0, content.WrittenSpan);
    }

    private static byte[] WithPrefix(byte kind, ReadOnlySpan<byte> content)
    {
        if (content.Length < 56) return [(byte)(kind + content.Length), .. content];
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, content.Length);
        var significant = length.TrimStart((byte)0);
        return [(byte)(kind + 55 + significant.Length), .. significant, .. content];
    }
}
