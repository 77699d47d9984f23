using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace SwarmCompute.Inference;

/// <summary>Writes a GGUF file, version 3, alignment 32. The file appears whole or not at all.</summary>
internal sealed class GgufWriter
{
    private const int Alignment = 32;
    private const int CopyBytes = 1 << 20;

    private readonly List<(string Key, GgufValueType Type, GgufData Value)> _entries = [];
    private readonly List<(string Name, GgufTensorType Type, ImmutableArray<long> Dimensions, GgufData Data)> _tensors = [];

    public void Add(string key, uint value) => Add(key, GgufValueType.UInt32, new GgufData.Bytes(Little(value)));

    public void Add(string key, float value) => Add(key, GgufValueType.Float32, new GgufData.Bytes(Little(BitConverter.SingleToUInt32Bits(value))));

    public void Add(string key, bool value) => Add(key, GgufValueType.Bool, new GgufData.Bytes([value ? (byte)1 : (byte)0]));

    public void Add(string key, string value) => Add(key, GgufValueType.String, new GgufData.Bytes(Text(value)));

    public void Add(string key, IReadOnlyCollection<string> values) =>
        Add(key, GgufValueType.Array, new GgufData.Bytes([.. ArrayHead(GgufValueType.String, values.Count), .. values.SelectMany(Text)]));

    public void Add(string key, IReadOnlyCollection<float> values) =>
        Add(key, GgufValueType.Array, new GgufData.Bytes(
            [.. ArrayHead(GgufValueType.Float32, values.Count), .. values.SelectMany(value => Little(BitConverter.SingleToUInt32Bits(value)))]));

    public void Add(string key, IReadOnlyCollection<int> values) =>
        Add(key, GgufValueType.Array, new GgufData.Bytes(
            [.. ArrayHead(GgufValueType.Int32, values.Count), .. values.SelectMany(value => Little((uint)value))]));

    /// <summary>Adds a value in the form that it has in a file: after its type.</summary>
    public void Add(string key, GgufValueType type, GgufData value) => _entries.Add((key, type, value));

    public void AddTensor(string name, GgufTensorType type, ImmutableArray<long> dimensions, GgufData data) =>
        _tensors.Add((name, type, dimensions, data));

    /// <summary>Writes the file; it replaces one of the same name.</summary>
    public void WriteTo(string path) => WholeFile.Write(path, overwrite: true, Write);

    /// <summary>Writes into an open, empty file.</summary>
    public void WriteTo(FileStream file)
    {
        Write(file);
        file.Flush();
    }

    /// <summary>Writes the file where there is none, if it stands the check.</summary>
    public void WriteNew(string path, Action<string> check) => WholeFile.Write(path, overwrite: false, Write, check);

    private void Write(FileStream stream)
    {
        stream.Write("GGUF"u8);
        stream.Write(Little(3u));
        stream.Write(Little((ulong)_tensors.Count));
        stream.Write(Little((ulong)_entries.Count));
        foreach (var (key, type, value) in _entries)
        {
            stream.Write(Text(key));
            stream.Write(Little((uint)type));
            Write(stream, value);
        }
        ulong offset = 0;
        foreach (var (name, type, dimensions, data) in _tensors)
        {
            stream.Write(Text(name));
            stream.Write(Little((uint)dimensions.Length));
            foreach (var length in dimensions) stream.Write(Little((ulong)length));
            stream.Write(Little((uint)type.Id));
            stream.Write(Little(offset));
            offset = (offset + (ulong)data.Length + Alignment - 1) / Alignment * Alignment;
        }
        foreach (var (_, _, _, data) in _tensors)
        {
            Pad(stream);
            Write(stream, data);
        }
        Pad(stream);
    }

    private static void Write(FileStream stream, GgufData data)
    {
        if (data is GgufData.Bytes bytes)
        {
            stream.Write(bytes.Content);
            return;
        }
        if (data is GgufData.PairedRows rows)
        {
            Write(stream, rows);
            return;
        }
        var buffer = new byte[(int)Math.Min(CopyBytes, data.Length)];
        for (long at = 0; at < data.Length;)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, data.Length - at));
            if (data is GgufData.Copy copy)
            {
                var read = RandomAccess.Read(copy.File, part, copy.At + at);
                if (read == 0) throw Shorter();
                part = part[..read];
            }
            stream.Write(part);
            at += part.Length;
        }
    }

    private static void Write(FileStream stream, GgufData.PairedRows rows)
    {
        for (var head = 0; head < rows.Heads; head++)
            for (var i = 0; i < rows.HeadRows; i++)
            {
                var row = (long)head * rows.HeadRows + i / 2 + (i % 2 == 0 ? 0 : rows.HeadRows / 2);
                Write(stream, new GgufData.Copy(rows.File, rows.At + row * rows.RowBytes, rows.RowBytes));
            }
    }

    private static EndOfStreamException Shorter() => new("The model's file became shorter while it was read.");

    private static void Pad(FileStream stream)
    {
        var over = (int)(stream.Position % Alignment);
        if (over != 0) stream.Write(new byte[Alignment - over]);
    }

    private static byte[] ArrayHead(GgufValueType type, int count) => [.. Little((uint)type), .. Little((ulong)count)];

    private static byte[] Text(string text) => [.. Little((ulong)Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];

    private static byte[] Little(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] Little(ulong value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return bytes;
    }
}
