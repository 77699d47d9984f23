using System.Buffers.Binary;
using SwarmCompute.Trainer.Gguf;
using SwarmCompute.Trainer.Model;
using SwarmCompute.Trainer.Tokens;
using Xunit;

namespace SwarmCompute.Trainer.Tests;

public sealed class GgufTests
{
    [Fact]
    public void What_is_written_is_read()
    {
        using var file = new GgufReader(new MemoryStream(Small()));
        Assert.Equal("llama", file.Get<string>("general.architecture"));
        Assert.Equal(["x", "é"], file.Get<string[]>("tokens"));
        var (matrix, vector) = (new float[6], new float[3]);
        file.Tensor("matrix", matrix);
        file.Tensor("vector", vector);
        Assert.Equal([1, 2, 3, 4, 5, 0.5f], matrix);
        Assert.Equal([0.1f, 0.2f, 0.3f], vector);
    }

    [Fact]
    public void The_file_begins_as_the_format_says_and_its_data_is_aligned()
    {
        var bytes = Small();
        Assert.Equal("GGUF"u8, bytes.AsSpan(0, 4));
        Assert.Equal([3u, 2u, 3u], [
            BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(4)),
            (uint)BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(8)),
            (uint)BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(16))]);
        Assert.Equal(0, bytes.Length % 32);
    }

    [Fact]
    public void A_file_cut_short_is_refused()
    {
        var bytes = Small();
        for (var length = 0; length < bytes.Length - 64; length++)
            Assert.ThrowsAny<IOException>(() => Wrapped(bytes[..length]));
    }

    [Fact]
    public void A_table_longer_than_allowed_is_refused()
    {
        var bytes = Small();
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(16), ulong.MaxValue);
        Assert.Throws<InvalidDataException>(() => new GgufReader(new MemoryStream(bytes)));
    }

    [Fact]
    public void A_model_file_gives_back_its_shape_its_weights_and_its_tokens()
    {
        var vocabulary = new Vocabulary([("a", "b"), ("ab", "Ġ"), .. Enumerable.Range(0, 12).Select(i => ($"{(char)('c' + i)}", "x"))]);
        using var weights = new TaleWeights(new TaleShape(vocabulary.Tokens.Length, 32, 2, 2, 1, 48, 32));
        weights.Initialise(1);
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            TaleFile.Save(path, weights, vocabulary);
            var (read, tokens) = TaleFile.Load(path);
            using (read)
            {
                Assert.Equal(weights.Shape, read.Shape);
                Assert.Equal(vocabulary.Tokens, tokens.Tokens);
                Assert.Equal(weights.Values.Span.ToArray().Select(v => (float)(Half)v), read.Values.Span.ToArray());
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void Wrapped(byte[] bytes)
    {
        try
        {
            using var file = new GgufReader(new MemoryStream(bytes));
            file.Tensor("matrix", new float[6]);
            file.Tensor("vector", new float[3]);
        }
        catch (InvalidDataException fault)
        {
            throw new IOException("refused", fault);
        }
    }

    private static byte[] Small()
    {
        using var writer = new GgufWriter();
        writer.Text("general.architecture", "llama").Number("n", 7).Texts("tokens", ["x", "é"]);
        writer.Tensor("matrix", 2, 3, [1, 2, 3, 4, 5, 0.5f]).Tensor("vector", 1, 3, [0.1f, 0.2f, 0.3f]);
        using var stream = new MemoryStream();
        writer.WriteTo(stream);
        return stream.ToArray();
    }
}
