using System.Text;
using System.Text.Json.Nodes;

namespace SwarmCompute.Inference.Tests;

/// <summary>Writes safetensors files for tests.</summary>
internal static class SafetensorsBytes
{
    public static byte[] Of(IEnumerable<(string Name, string Type, int[] Shape, byte[] Data)> tensors)
    {
        var (header, data) = (new JsonObject(), new List<byte>());
        foreach (var (name, type, shape, bytes) in tensors)
        {
            header[name] = new JsonObject
            {
                ["dtype"] = type,
                ["shape"] = new JsonArray([.. shape.Select(length => JsonValue.Create(length))]),
                ["data_offsets"] = new JsonArray(data.Count, data.Count + bytes.Length),
            };
            data.AddRange(bytes);
        }
        return Of(header.ToJsonString(), [.. data]);
    }

    public static byte[] Of(string header, byte[] data)
    {
        var text = Encoding.UTF8.GetBytes(header);
        return [.. BitConverter.GetBytes((ulong)text.Length), .. text, .. data];
    }

    /// <summary>Why a file of these bytes is refused.</summary>
    public static string Refusal(byte[] bytes) => Assert.Throws<ModelImportException>(() => Read(bytes)).Message;

    public static void Read(byte[] bytes)
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("model.safetensors");
        File.WriteAllBytes(path, bytes);
        using var file = File.OpenHandle(path);
        _ = SafetensorsHeader.Read(file, path);
    }
}
