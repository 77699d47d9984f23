using System.Buffers.Binary;
using System.Collections.Immutable;

namespace SwarmCompute.Inference;

/// <summary>
/// The form of what llama.cpp writes of some tokens of a sequence (v0.5.0: llama_context::state_seq_get_data, llama_kv_cache::state_write),
/// little-endian:
/// <code>
/// u32 magic, i32 sequence, u32 streams (1), u32 tokens
/// tokens * { i32 position, u32 sequences (1), i32 sequence }
/// u32 whether values lie transposed, u32 layers
/// layers * { i32 type, u64 bytes of a row, tokens * row }                                          keys
/// layers * { i32 type, u64 bytes of a row, tokens * row }                                          values
///       or { i32 type, u32 bytes of an element, u32 elements, elements * tokens * element }        values that lie transposed
/// </code>
/// All but the keys and values themselves follows from the context and the place of the tokens. So a delta of a peer is given to the engine only
/// where all of that is, byte for byte, what this context would have written itself: what remains foreign are numbers.
/// </summary>
internal sealed class KvDeltaForm
{
    private const int PrefixSize = 16, TokenSize = 12, LayersSize = 8, RowsSize = 12, LayersMax = 512;

    private readonly uint _magic;
    private readonly ImmutableArray<Part> _parts;

    private KvDeltaForm(uint magic, ImmutableArray<Part> parts) => (_magic, _parts) = (magic, parts);

    /// <summary>Learns the form from a delta of one token that this process's own engine wrote; null where it is another than the known one.</summary>
    public static KvDeltaForm? Of(ReadOnlySpan<byte> one)
    {
        const int at = PrefixSize + TokenSize;
        if (one.Length < at + LayersSize || U32(one, 8) != 1 || U32(one, 12) != 1) return null;
        var (transposed, layers) = (U32(one, at), U32(one, at + 4));
        if (transposed > 1 || layers is 0 or > LayersMax) return null;
        var parts = ImmutableArray.CreateBuilder<Part>();
        parts.Add(new Part([.. one.Slice(at, LayersSize)], 0, 0));
        var rest = one[(at + LayersSize)..];
        for (var layer = 0; layer < 2 * layers; layer++)
        {
            if (rest.Length < RowsSize) return null;
            var inElements = transposed == 1 && layer >= layers;
            var rows = inElements ? U32(rest, 8) : 1;
            var length = inElements ? U32(rest, 4) : BinaryPrimitives.ReadUInt64LittleEndian(rest[4..]);
            if (rows == 0 || length == 0 || length > (ulong)(rest.Length - RowsSize) / rows) return null;
            parts.Add(new Part([.. rest[..RowsSize]], (int)rows, (int)length));
            rest = rest[(RowsSize + (int)rows * (int)length)..];
        }
        return rest.IsEmpty ? new KvDeltaForm(U32(one, 0), parts.ToImmutable()) : null;
    }

    /// <summary>Whether this is a delta of so many tokens from this position on; null where it is, otherwise what is wrong with it.</summary>
    public string? Check(ReadOnlySpan<byte> delta, int position, int tokens)
    {
        if (delta.Length != Length(tokens)) return $"{tokens} tokens have {Length(tokens)} bytes, not {delta.Length}";
        if (U32(delta, 0) != _magic || U32(delta, 8) != 1 || U32(delta, 12) != (uint)tokens) return "it is of another engine, or of other tokens";
        for (var token = 0; token < tokens; token++)
        {
            var at = PrefixSize + token * TokenSize;
            if (U32(delta, at) != (uint)(position + token) || U32(delta, at + 4) != 1) return $"its token {token} is not at {position + token}";
        }
        var rest = delta[(PrefixSize + tokens * TokenSize)..];
        foreach (var part in _parts)
        {
            if (!rest.StartsWith(part.Head.AsSpan())) return "it is of other layers";
            rest = rest[(part.Head.Length + tokens * part.Rows * part.Bytes)..];
        }
        return null;
    }

    private long Length(int tokens) => PrefixSize + (long)TokenSize * tokens + _parts.Sum(part => part.Head.Length + (long)tokens * part.Rows * part.Bytes);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    /// <summary>Bytes that are always the same, and how many follow for each token.</summary>
    private sealed record Part(ImmutableArray<byte> Head, int Rows, int Bytes);
}
