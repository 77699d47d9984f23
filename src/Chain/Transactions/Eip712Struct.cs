using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using SwarmCompute.Chain.Crypto;

namespace SwarmCompute.Chain.Transactions;

/// <summary>
/// A struct that is signed under EIP-712: its type's hash, and each member as one word of 32 bytes (<c>encodeData</c>). Members are added in the
/// order of the type, and each addition checks that it is that type's turn.
/// </summary>
/// <param name="type">Its type.</param>
internal sealed class Eip712Struct(Eip712Type type)
{
    private const int WordSize = 32;
    private readonly ArrayBufferWriter<byte> _words = Begin(type);
    private int _next;

    /// <summary>The struct's hash (<c>hashStruct</c>).</summary>
    /// <exception cref="InvalidOperationException">Members are missing.</exception>
    public Hash32 Hash => _next == type.Fields.Length
        ? Keccak256.Hash(_words.WrittenSpan)
        : throw new InvalidOperationException($"{type.Name} lacks {type.Fields[_next].Name}.");

    /// <summary>Adds an unsigned number, or with the value 0 or 1 a boolean.</summary>
    /// <exception cref="InvalidOperationException">Another type is due.</exception>
    public Eip712Struct Add(UInt128 value)
    {
        var word = Next(t => t == "bool" ? value <= 1 : t.StartsWith("uint", StringComparison.Ordinal) && Fits(value, t));
        BinaryPrimitives.WriteUInt128BigEndian(word[16..], value);
        return this;
    }

    /// <summary>Adds an address.</summary>
    /// <exception cref="InvalidOperationException">Another type is due.</exception>
    public Eip712Struct Add(Address value)
    {
        value.CopyTo(Next(t => t == "address")[(WordSize - Address.Size)..]);
        return this;
    }

    /// <summary>Adds a bytes32.</summary>
    /// <exception cref="InvalidOperationException">Another type is due.</exception>
    public Eip712Struct Add(Hash32 value)
    {
        value.CopyTo(Next(t => t == "bytes32"));
        return this;
    }

    /// <summary>Adds a text.</summary>
    /// <exception cref="InvalidOperationException">Another type is due.</exception>
    public Eip712Struct Add(string value)
    {
        Keccak256.Hash(Encoding.UTF8.GetBytes(value)).CopyTo(Next(t => t == "string"));
        return this;
    }

    /// <summary>Adds bytes of any length.</summary>
    /// <exception cref="InvalidOperationException">Another type is due.</exception>
    public Eip712Struct AddBytes(ReadOnlySpan<byte> value)
    {
        Keccak256.Hash(value).CopyTo(Next(t => t == "bytes"));
        return this;
    }

    /// <summary>Adds a struct.</summary>
    /// <exception cref="InvalidOperationException">Another type is due.</exception>
    public Eip712Struct Add(Eip712Struct value)
    {
        value.Hash.CopyTo(Next(t => t == value.Name));
        return this;
    }

    /// <summary>Adds an array of structs.</summary>
    /// <exception cref="InvalidOperationException">Another type is due.</exception>
    public Eip712Struct Add(string elementType, params ReadOnlySpan<Eip712Struct> values)
    {
        var hashes = new byte[values.Length * WordSize];
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i].Name != elementType) throw new InvalidOperationException($"{values[i].Name} is not {elementType}.");
            values[i].Hash.CopyTo(hashes.AsSpan(i * WordSize));
        }
        Keccak256.Hash(hashes).CopyTo(Next(t => t == elementType + "[]"));
        return this;
    }

    private string Name => type.Name;

    private Span<byte> Next(Func<string, bool> fits)
    {
        if (_next == type.Fields.Length || !fits(type.Fields[_next].Type))
            throw new InvalidOperationException(_next == type.Fields.Length ? $"{type.Name} has no more members." : $"{type.Name}.{type.Fields[_next].Name} is a {type.Fields[_next].Type}.");
        _next++;
        var word = _words.GetSpan(WordSize)[..WordSize];
        word.Clear();
        _words.Advance(WordSize);
        return word;
    }

    private static bool Fits(UInt128 value, string type) =>
        int.TryParse(type.AsSpan(4), System.Globalization.CultureInfo.InvariantCulture, out var bits) && (bits >= 128 || value >> bits == 0);

    private static ArrayBufferWriter<byte> Begin(Eip712Type type)
    {
        var words = new ArrayBufferWriter<byte>((type.Fields.Length + 1) * WordSize);
        words.Write(type.Hash.ToArray());
        return words;
    }
}
