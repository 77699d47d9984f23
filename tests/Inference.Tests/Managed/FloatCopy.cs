using System.Runtime.InteropServices;

namespace SwarmCompute.Inference.Tests;

/// <summary>Writes a model again with all its numbers as floats, so that llama.cpp has nothing to round.</summary>
internal static class FloatCopy
{
    public static void Write(string from, string to)
    {
        var model = GgufFile.Read(from);
        using var file = File.OpenHandle(from);
        var writer = new GgufWriter();
        foreach (var entry in model.Entries) writer.Add(entry.Key, entry.Type, new GgufData.Copy(file, entry.ValueAt, entry.ValueBytes));
        foreach (var tensor in model.Tensors)
        {
            var bytes = new byte[tensor.DataBytes];
            RandomAccess.Read(file, bytes, tensor.DataAt);
            var floats = Floats(tensor.Type.Name, bytes);
            writer.AddTensor(tensor.Name, GgufTensorType.Float32, tensor.Dimensions, new GgufData.Bytes(MemoryMarshal.AsBytes<float>(floats).ToArray()));
        }
        writer.WriteTo(to);
    }

    public static float[] Floats(string type, byte[] bytes) => type switch
    {
        "f32" => [.. bytes.Chunk(4).Select(number => BitConverter.ToSingle(number))],
        "f16" => [.. bytes.Chunk(2).Select(number => (float)BitConverter.ToHalf(number))],
        "bf16" => [.. bytes.Chunk(2).Select(number => BitConverter.ToSingle([0, 0, .. number]))],
        "q8_0" => [.. bytes.Chunk(34).SelectMany(block => block[2..].Select(number => (float)BitConverter.ToHalf(block) * unchecked((sbyte)number)))],
        _ => throw new ArgumentException(type),
    };
}
