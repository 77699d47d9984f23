using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace SwarmCompute.Inference;

/// <summary>
/// Reads the structure of a GGUF file, versions 2 and 3, little-endian (GGUF specification; ggml's gguf.cpp, whose rules on
/// tensor offsets are kept). It judges form only; whether the model can be run is for <see cref="GgufChecks"/>.
/// </summary>
internal sealed class GgufParser(GgufReader reader)
{
    private const uint Magic = 0x46554747;
    private const int EntriesMax = 4096, TensorsMax = 32_768, KeyBytesMax = 256, TensorNameBytesMax = 63, DimensionsMax = 4;
    private const int VocabularyMax = 1 << 20, TokenBytesMax = 4096;
    private const int AlignmentDefault = 32, AlignmentMax = 65_536;

    public (ImmutableArray<GgufEntry> Entries, ImmutableArray<GgufTensor> Tensors) Parse()
    {
        if (reader.UInt32("the header") != Magic) throw reader.Invalid("it does not begin with the letters GGUF");
        var version = reader.UInt32("the header");
        if (version is not (2 or 3)) throw reader.Invalid($"its version is {version}; little-endian files of versions 2 and 3 are read");
        var tensorCount = reader.Count(TensorsMax, 24, "the number of tensors");
        var entryCount = reader.Count(EntriesMax, 13, "the number of metadata keys");

        var entries = Entries(entryCount);
        var infos = TensorInfos(tensorCount);
        return (entries, Place(infos, Alignment(entries)));
    }

    private ImmutableArray<GgufEntry> Entries(long count)
    {
        var entries = ImmutableArray.CreateBuilder<GgufEntry>();
        var keys = new HashSet<string>(StringComparer.Ordinal);
        for (long i = 0; i < count; i++)
        {
            var key = reader.Name(KeyBytesMax, $"metadata key {i}");
            if (!keys.Add(key)) throw reader.Invalid($"metadata key '{key}' occurs twice");
            entries.Add(Entry(key));
        }
        return entries.ToImmutable();
    }

    private GgufEntry Entry(string key)
    {
        var what = $"the value of '{key}'";
        var type = ValueType(what);
        if (type == GgufValueType.Array) return Array(key, what);
        var at = reader.Position;
        if (type == GgufValueType.String)
        {
            var text = reader.Text(GgufReader.TextBytesMax, what);
            return new(key, type, type, 1, at, reader.Position - at) { Text = text };
        }
        var bytes = reader.Take(Size(type), what);
        if (type == GgufValueType.Bool && bytes[0] > 1) throw reader.Invalid($"{what} is neither true nor false");
        return new(key, type, type, 1, at, bytes.Length) { Integers = IsInteger(type) ? [Integer(type, bytes)] : [], Number = Float(type, bytes) };
    }

    private GgufEntry Array(string key, string what)
    {
        var at = reader.Position;
        var type = ValueType(what);
        if (type == GgufValueType.Array) throw reader.Invalid($"{what} is an array of arrays");
        var count = reader.Count(GgufReader.MetadataBytesMax, Size(type), $"the number of elements in {what}");
        ImmutableArray<long> integers = [];
        var hasEveryByte = false;
        if (type == GgufValueType.String && key == GgufEntry.VocabularyKey) hasEveryByte = Vocabulary(count, what);
        else if (type == GgufValueType.String)
            for (long i = 0; i < count; i++) reader.Skip(reader.Count(GgufReader.TextBytesMax, 1, $"the length of a string in {what}"), what);
        else if (IsInteger(type) && count <= GgufEntry.IntegersMax)
            integers = Integers(type, (int)count, what);
        else
            reader.Skip(count * Size(type), what);
        return new(key, GgufValueType.Array, type, count, at, reader.Position - at) { Integers = integers, HasEveryByte = hasEveryByte };
    }

    /// <summary>
    /// Passes over the tokens, no two of which may be the same as llama.cpp reads them (to the first zero byte; empty ones
    /// it numbers): it would abort the process. True where every byte has a token.
    /// </summary>
    private bool Vocabulary(long count, string what)
    {
        if (count > VocabularyMax) throw reader.Invalid($"it has {count} tokens, more than the {VocabularyMax} that are accepted");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (long i = 0; i < count; i++)
        {
            var token = reader.Take((int)reader.Count(TokenBytesMax, 1, $"the length of a string in {what}"), what);
            var read = token.IndexOf((byte)0) is var zero and >= 0 ? token[..zero] : token;
            if (!seen.Add(read.Length > 0 ? Encoding.Latin1.GetString(read) : $"[EMPTY_{i}]")) throw reader.Invalid($"token {i} is the same as one before it");
        }
        return Enumerable.Range(0, 256).All(value => seen.Contains($"<0x{value:X2}>") || (value > 0 && seen.Contains($"{(char)value}")));
    }

    private ImmutableArray<long> Integers(GgufValueType type, int count, string what)
    {
        var integers = ImmutableArray.CreateBuilder<long>(count);
        for (var i = 0; i < count; i++) integers.Add(Integer(type, reader.Take(Size(type), what)));
        return integers.MoveToImmutable();
    }

    private List<(string Name, GgufTensorType Type, ImmutableArray<long> Dimensions, ulong Offset)> TensorInfos(long count)
    {
        var infos = new List<(string, GgufTensorType, ImmutableArray<long>, ulong)>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (long i = 0; i < count; i++)
        {
            var name = reader.Name(TensorNameBytesMax, $"the name of tensor {i}");
            if (!names.Add(name)) throw reader.Invalid($"tensor '{name}' occurs twice");
            var dimensions = Dimensions(name);
            var id = reader.UInt32($"the type of tensor '{name}'");
            if (id > int.MaxValue || !GgufTensorType.All.TryGetValue((int)id, out var type))
                throw reader.Invalid($"tensor '{name}' has type {id}, which is unknown or not supported");
            infos.Add((name, type, dimensions, reader.UInt64($"the offset of tensor '{name}'")));
        }
        return infos;
    }

    private ImmutableArray<long> Dimensions(string name)
    {
        var count = reader.UInt32($"the dimensions of tensor '{name}'");
        if (count is < 1 or > DimensionsMax) throw reader.Invalid($"tensor '{name}' has {count} dimensions; 1 to {DimensionsMax} are accepted");
        var dimensions = ImmutableArray.CreateBuilder<long>();
        for (var i = 0; i < count; i++)
        {
            var length = reader.UInt64($"the dimensions of tensor '{name}'");
            if (length is 0 or > int.MaxValue) throw reader.Invalid($"a dimension of tensor '{name}' is {length}; give 1 to {int.MaxValue}");
            dimensions.Add((long)length);
        }
        return dimensions.ToImmutable();
    }

    private long Alignment(ImmutableArray<GgufEntry> entries)
    {
        if (entries.FirstOrDefault(entry => entry.Key == "general.alignment") is not { } entry) return AlignmentDefault;
        if (entry is not { Type: GgufValueType.UInt32, Integers: [>= 8 and <= AlignmentMax and var alignment] } || !long.IsPow2(alignment))
            throw reader.Invalid($"general.alignment must be a power of 2 from 8 to {AlignmentMax}");
        return alignment;
    }

    /// <summary>The tensors, each of which must begin where the one before it ends.</summary>
    private ImmutableArray<GgufTensor> Place(
        List<(string Name, GgufTensorType Type, ImmutableArray<long> Dimensions, ulong Offset)> infos, long alignment)
    {
        var dataAt = Padded(reader.Position, alignment);
        long offset = 0;
        var tensors = ImmutableArray.CreateBuilder<GgufTensor>(infos.Count);
        foreach (var (name, type, dimensions, stated) in infos)
        {
            if (stated != (ulong)offset) throw reader.Invalid($"tensor '{name}' is at offset {stated} of the data, not at {offset}");
            var bytes = DataBytes(name, type, dimensions);
            if (bytes > reader.Length - dataAt - offset)
                throw reader.Invalid($"the file ends at byte {reader.Length}, inside tensor '{name}': it is cut off, or the tensor's form is wrong");
            tensors.Add(new(name, type, dimensions, dataAt + offset, bytes));
            offset = Padded(offset + bytes, alignment);
        }
        return tensors.MoveToImmutable();
    }

    private long DataBytes(string name, GgufTensorType type, ImmutableArray<long> dimensions)
    {
        if (dimensions[0] % type.BlockElements != 0)
            throw reader.Invalid($"rows of tensor '{name}' have {dimensions[0]} elements, not a multiple of {type.BlockElements} ({type.Name})");
        var bytes = (Int128)(dimensions[0] / type.BlockElements) * type.BlockBytes;
        foreach (var length in dimensions.AsSpan()[1..])
        {
            bytes *= length;
            if (bytes > reader.Length) throw reader.Invalid($"tensor '{name}' is larger than the file");
        }
        return (long)bytes;
    }

    private GgufValueType ValueType(string what)
    {
        var type = reader.UInt32(what);
        return type <= (uint)GgufValueType.Float64 ? (GgufValueType)type : throw reader.Invalid($"{what} has type {type}, which does not exist");
    }

    private static long Padded(long position, long alignment) => (position + alignment - 1) / alignment * alignment;

    private static bool IsInteger(GgufValueType type) =>
        type is not (GgufValueType.Float32 or GgufValueType.Float64 or GgufValueType.String or GgufValueType.Array);

    /// <summary>Bytes of a scalar; the least that a string takes.</summary>
    private static int Size(GgufValueType type) => type switch
    {
        GgufValueType.UInt8 or GgufValueType.Int8 or GgufValueType.Bool => 1,
        GgufValueType.UInt16 or GgufValueType.Int16 => 2,
        GgufValueType.UInt32 or GgufValueType.Int32 or GgufValueType.Float32 => 4,
        _ => 8,
    };

    private static long Integer(GgufValueType type, ReadOnlySpan<byte> bytes) => type switch
    {
        GgufValueType.UInt8 or GgufValueType.Bool => bytes[0],
        GgufValueType.Int8 => (sbyte)bytes[0],
        GgufValueType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        GgufValueType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
        GgufValueType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        GgufValueType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        _ => BinaryPrimitives.ReadInt64LittleEndian(bytes),
    };

    private static double? Float(GgufValueType type, ReadOnlySpan<byte> bytes) => type switch
    {
        GgufValueType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        GgufValueType.Float64 => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        _ => null,
    };
}
