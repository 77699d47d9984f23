using System.Buffers.Binary;
using System.Text;

namespace SwarmCompute.Attestation;

/// <summary>Solidity's abi.encode for values of one word each (Contract ABI Specification, "Formal Specification of the Encoding"): 32 bytes, big-endian.</summary>
internal sealed class AbiWords(int count)
{
    private const int WordSize = 32;

    private readonly byte[] _bytes = new byte[count * WordSize];
    private int _next;

    public AbiWords Tag(string ascii)
    {
        Encoding.ASCII.GetBytes(ascii, Next());                              // bytes32 is left-aligned
        return this;
    }

    public AbiWords Number(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(Next()[24..], value);
        return this;
    }

    public AbiWords Account(Address value)
    {
        value.CopyTo(Next()[12..]);
        return this;
    }

    public AbiWords Hash(Hash32 value)
    {
        value.CopyTo(Next());
        return this;
    }

    public byte[] ToBytes() =>
        _next == _bytes.Length ? _bytes : throw new InvalidOperationException($"{_next} of {_bytes.Length} bytes are written.");

    private Span<byte> Next()
    {
        var word = _bytes.AsSpan(_next, WordSize);
        _next += WordSize;
        return word;
    }
}
