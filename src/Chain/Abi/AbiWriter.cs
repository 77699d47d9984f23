using System.Buffers.Binary;
using System.Text;
using SwarmCompute.Chain.Crypto;

namespace SwarmCompute.Chain.Abi;

/// <summary>Writes a call's data: the function's selector and its arguments, in words of 32 bytes (Contract ABI Specification).</summary>
internal sealed class AbiWriter
{
    private const int WordSize = 32;
    private readonly List<byte> _bytes;

    /// <summary>Begins a call.</summary>
    /// <param name="signature">Name and types, for example <c>settle(uint64)</c>.</param>
    public AbiWriter(string signature) => _bytes = [.. Selector(signature)];

    /// <summary>Begins a call.</summary>
    /// <param name="selector">The function's selector.</param>
    public AbiWriter(uint selector)
    {
        var bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, selector);
        _bytes = [.. bytes];
    }

    private AbiWriter() => _bytes = [];

    /// <summary>Begins arguments without a function: of a constructor, or for a digest.</summary>
    public static AbiWriter Arguments() => new();

    /// <summary>The first four bytes of the Keccak-256 of a function's or an error's signature.</summary>
    public static byte[] Selector(string signature) => Keccak256.Hash(Encoding.ASCII.GetBytes(signature)).ToArray()[..4];

    /// <summary>Adds a bytes32.</summary>
    public AbiWriter Add(Hash32 value)
    {
        value.CopyTo(NextWord());
        return this;
    }

    /// <summary>Adds an unsigned number of any width up to 128 bits.</summary>
    public AbiWriter Add(UInt128 value)
    {
        BinaryPrimitives.WriteUInt128BigEndian(NextWord()[16..], value);
        return this;
    }

    /// <summary>Adds an address.</summary>
    public AbiWriter Add(Address value)
    {
        value.CopyTo(NextWord()[(WordSize - Address.Size)..]);
        return this;
    }

    /// <summary>Adds a boolean.</summary>
    public AbiWriter Add(bool value) => Add(value ? UInt128.One : UInt128.Zero);

    /// <summary>Adds what writes itself: a struct of static members.</summary>
    public AbiWriter Add(Func<AbiWriter, AbiWriter> write) => write(this);

    /// <summary>Adds bytes of any length: their number, and they themselves with zeros up to a whole word.</summary>
    public AbiWriter AddBytes(ReadOnlySpan<byte> value)
    {
        Add((UInt128)value.Length);
        for (; !value.IsEmpty; value = value[Math.Min(WordSize, value.Length)..]) value[..Math.Min(WordSize, value.Length)].CopyTo(NextWord());
        return this;
    }

    /// <summary>Adds a short text as a bytes32, left-aligned.</summary>
    public AbiWriter AddText(string value)
    {
        Encoding.ASCII.GetBytes(value, NextWord());
        return this;
    }

    /// <summary>What was written.</summary>
    public byte[] ToArray() => [.. _bytes];

    private Span<byte> NextWord()
    {
        var at = _bytes.Count;
        System.Runtime.InteropServices.CollectionsMarshal.SetCount(_bytes, at + WordSize);
        var word = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_bytes)[at..];
        word.Clear();
        return word;
    }
}
