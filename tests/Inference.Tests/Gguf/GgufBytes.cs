using System.Buffers.Binary;
using System.Text;

namespace SwarmCompute.Inference.Tests;

/// <summary>The bytes of a valid small model, and ways to spoil them.</summary>
internal static class GgufBytes
{
    private static readonly Lazy<byte[]> Model = new(() =>
    {
        using var directory = new TemporaryDirectory();
        new TinyModel { Layers = 2, Width = 8, Heads = 2, HeadsKv = 1, FeedForward = 8 }.WriteTo(directory.File("model.gguf"));
        return File.ReadAllBytes(directory.File("model.gguf"));
    });

    public static byte[] Valid => [.. Model.Value];

    /// <summary>Where the value of a key begins: after the key and the value's type.</summary>
    public static int ValueAt(byte[] bytes, string key) =>
        bytes.AsSpan().IndexOf([.. BitConverter.GetBytes((ulong)key.Length), .. Encoding.UTF8.GetBytes(key)]) + sizeof(ulong) + key.Length + sizeof(uint);

    public static byte[] WithNumber(string key, uint value)
    {
        var bytes = Valid;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(ValueAt(bytes, key)), value);
        return bytes;
    }

    /// <summary>The same model with one text replaced wherever it stands by another of the same length.</summary>
    public static byte[] WithText(string text, string other)
    {
        Assert.Equal(text.Length, other.Length);
        var bytes = Valid;
        for (int at; (at = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text))) >= 0;) Encoding.UTF8.GetBytes(other).CopyTo(bytes, at);
        return bytes;
    }

    public static byte[] WithBytes(int at, params byte[] replacement)
    {
        var bytes = Valid;
        replacement.CopyTo(bytes, at);
        return bytes;
    }

    /// <summary>Reads bytes as a file.</summary>
    public static GgufMetadata Read(byte[] bytes)
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllBytes(directory.File("model.gguf"), bytes);
        return GgufFile.Read(directory.File("model.gguf"));
    }

    public static string Refusal(byte[] bytes) => Assert.Throws<InvalidGgufException>(() => Read(bytes)).Message;
}
