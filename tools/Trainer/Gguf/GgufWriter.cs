using System.Text;

namespace SwarmCompute.Trainer.Gguf;

/// <summary>
/// Writes GGUF version 3, little-endian: keys and values, then the tensor table, then the tensor data, each tensor aligned to
/// 32 bytes (the format is described in the ggml project, docs/gguf.md).
/// </summary>
internal sealed class GgufWriter : IDisposable
{
    private const int Alignment = 32;
    private readonly MemoryStream _values = new();
    private readonly BinaryWriter _write;
    private readonly List<(string Name, long[] Size, GgufTensorType Type, byte[] Data)> _tensors = [];
    private ulong _valueCount;

    public GgufWriter() => _write = new BinaryWriter(_values);

    public GgufWriter Text(string key, string value)
    {
        Key(key, GgufValueType.String);
        Put(_write, value);
        return this;
    }

    public GgufWriter Number(string key, uint value)
    {
        Key(key, GgufValueType.UInt32);
        _write.Write(value);
        return this;
    }

    public GgufWriter Real(string key, float value)
    {
        Key(key, GgufValueType.Float32);
        _write.Write(value);
        return this;
    }

    public GgufWriter Flag(string key, bool value)
    {
        Key(key, GgufValueType.Bool);
        _write.Write(value);
        return this;
    }

    public GgufWriter Texts(string key, IReadOnlyCollection<string> values)
    {
        Key(key, GgufValueType.Array);
        _write.Write((uint)GgufValueType.String);
        _write.Write((ulong)values.Count);
        foreach (var value in values) Put(_write, value);
        return this;
    }

    public GgufWriter Integers(string key, IReadOnlyCollection<int> values)
    {
        Key(key, GgufValueType.Array);
        _write.Write((uint)GgufValueType.Int32);
        _write.Write((ulong)values.Count);
        foreach (var value in values) _write.Write(value);
        return this;
    }

    /// <summary>A row-major matrix; GGUF names the contiguous length (columns) first. One row makes a vector, kept in full precision.</summary>
    public GgufWriter Tensor(string name, int rows, int columns, ReadOnlySpan<float> values)
    {
        if (values.Length != rows * columns) throw new ArgumentException($"{name}: {values.Length} values for {rows} x {columns}.", nameof(values));
        var half = rows > 1;
        var data = new byte[values.Length * (half ? 2 : 4)];
        for (var i = 0; i < values.Length; i++)
            if (half) BitConverter.TryWriteBytes(data.AsSpan(i * 2), (Half)values[i]);
            else BitConverter.TryWriteBytes(data.AsSpan(i * 4), values[i]);
        _tensors.Add((name, half ? [columns, rows] : [columns], half ? GgufTensorType.F16 : GgufTensorType.F32, data));
        return this;
    }

    public void WriteTo(Stream stream)
    {
        using var write = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        write.Write("GGUF"u8);
        write.Write(3u);
        write.Write((ulong)_tensors.Count);
        write.Write(_valueCount);
        _write.Flush();
        write.Write(_values.GetBuffer(), 0, (int)_values.Length);
        var offset = 0L;
        foreach (var (name, size, type, data) in _tensors)
        {
            Put(write, name);
            write.Write((uint)size.Length);
            foreach (var length in size) write.Write((ulong)length);
            write.Write((uint)type);
            write.Write((ulong)offset);
            offset += Aligned(data.Length);
        }
        write.Flush();
        write.Write(new byte[Aligned(stream.Position) - stream.Position]);
        foreach (var (_, _, _, data) in _tensors)
        {
            write.Write(data);
            write.Write(new byte[Aligned(data.Length) - data.Length]);
        }
    }

    public void Dispose() => _write.Dispose();

    private static long Aligned(long length) => (length + Alignment - 1) / Alignment * Alignment;

    private void Key(string key, GgufValueType type)
    {
        Put(_write, key);
        _write.Write((uint)type);
        _valueCount++;
    }

    private static void Put(BinaryWriter to, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        to.Write((ulong)bytes.Length);
        to.Write(bytes);
    }
}
