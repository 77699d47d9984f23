using System.Text;

namespace SwarmCompute.Trainer.Gguf;

/// <summary>
/// Reads back what <see cref="GgufWriter"/> writes: the value types of <see cref="GgufValueType"/> and the tensor types of
/// <see cref="GgufTensorType"/>, no others.
/// </summary>
internal sealed class GgufReader : IDisposable
{
    private const ulong EntriesMax = 1 << 16;
    private const ulong TextBytesMax = 1 << 16;
    private const int Alignment = 32;
    private readonly Dictionary<string, object> _values = [];
    private readonly Dictionary<string, (ulong[] Size, GgufTensorType Type, long Offset)> _tensors = [];
    private readonly BinaryReader _read;
    private readonly long _data;

    /// <summary>Reads the tables. Throws <see cref="InvalidDataException"/> or <see cref="EndOfStreamException"/> for anything else than such a file.</summary>
    public GgufReader(Stream stream)
    {
        _read = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
        if (!_read.ReadBytes(4).AsSpan().SequenceEqual("GGUF"u8) || _read.ReadUInt32() != 3)
            throw new InvalidDataException("This is not a GGUF file of version 3.");
        var (tensors, values) = (Count(), Count());
        for (var i = 0; i < values; i++) _values[Text()] = Value((GgufValueType)_read.ReadUInt32());
        for (var i = 0; i < tensors; i++)
        {
            var name = Text();
            var size = new ulong[Math.Min(_read.ReadUInt32(), 4)];
            for (var d = 0; d < size.Length; d++) size[d] = _read.ReadUInt64();
            _tensors[name] = (size, (GgufTensorType)_read.ReadUInt32(), _read.ReadInt64());
        }
        _data = (stream.Position + Alignment - 1) / Alignment * Alignment;
    }

    /// <summary>The value under a key. Throws <see cref="InvalidDataException"/> when it is missing or of another type.</summary>
    public T Get<T>(string key) =>
        _values.GetValueOrDefault(key) is T value ? value : throw new InvalidDataException($"The file has no {typeof(T).Name} '{key}'.");

    /// <summary>Fills <paramref name="target"/> with a tensor of exactly that many values.</summary>
    public void Tensor(string name, Span<float> target)
    {
        if (!_tensors.TryGetValue(name, out var tensor)) throw new InvalidDataException($"The file has no tensor '{name}'.");
        var length = tensor.Size.Aggregate(1UL, (product, n) => product * n);
        if (length != (ulong)target.Length || tensor.Type is not (GgufTensorType.F16 or GgufTensorType.F32))
            throw new InvalidDataException($"Tensor '{name}' has {length} values of type {tensor.Type}; {target.Length} of F16 or F32 were expected.");
        _read.BaseStream.Position = _data + tensor.Offset;
        var bytes = new byte[target.Length * (tensor.Type == GgufTensorType.F16 ? 2 : 4)];
        _read.BaseStream.ReadExactly(bytes);
        for (var i = 0; i < target.Length; i++)
            target[i] = tensor.Type == GgufTensorType.F16 ? (float)BitConverter.ToHalf(bytes, i * 2) : BitConverter.ToSingle(bytes, i * 4);
    }

    public void Dispose() => _read.Dispose();

    private object Value(GgufValueType type) => type switch
    {
        GgufValueType.String => Text(),
        GgufValueType.UInt32 => _read.ReadUInt32(),
        GgufValueType.Int32 => _read.ReadInt32(),
        GgufValueType.Float32 => _read.ReadSingle(),
        GgufValueType.Bool => _read.ReadBoolean(),
        GgufValueType.Array => Values((GgufValueType)_read.ReadUInt32()),
        _ => throw new InvalidDataException($"Values of type {type} are not read here."),
    };

    private object Values(GgufValueType type)
    {
        var count = Count();
        return type switch
        {
            GgufValueType.String => Enumerable.Range(0, count).Select(_ => Text()).ToArray(),
            GgufValueType.Int32 => Enumerable.Range(0, count).Select(_ => _read.ReadInt32()).ToArray(),
            _ => throw new InvalidDataException($"Arrays of type {type} are not read here."),
        };
    }

    private int Count()
    {
        var count = _read.ReadUInt64();
        return count <= EntriesMax ? (int)count : throw new InvalidDataException($"A table of {count} entries is longer than {EntriesMax}.");
    }

    private string Text()
    {
        var length = _read.ReadUInt64();
        if (length > TextBytesMax) throw new InvalidDataException($"A text of {length} bytes is longer than {TextBytesMax}.");
        var bytes = new byte[length];
        _read.BaseStream.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }
}
