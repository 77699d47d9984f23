using System.Runtime.InteropServices;

namespace SwarmCompute.Inference.Tests;

public sealed class EmbeddingTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public EmbeddingTests() => TestEngine.Require();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_row_of_floats_is_read_as_it_stands()
    {
        var path = Model("f32");
        using var embedding = LlamaCpp.LoadEmbedding(path);
        var tensor = GgufFile.Read(path).Tensor("token_embd.weight")!;
        var table = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(path).AsSpan((int)tensor.DataAt, (int)tensor.DataBytes));
        var hidden = new float[2 * 64];
        embedding.Lookup([TinyModel.VocabularySize - 1, 3], hidden);
        Assert.Equal([.. table[^64..], .. table.Slice(3 * 64, 64)], hidden);
    }

    [Fact]
    public void Halves_and_blocks_become_the_floats_that_they_stand_for()
    {
        Assert.Equal([.. Row(Model("f16"), 5).Chunk(2).Select(half => (float)BitConverter.ToHalf(half))], Lookup(Model("f16"), 5));
        var blocks = Row(Model("q8_0"), 5).Chunk(34);
        Assert.Equal([.. blocks.SelectMany(block => block[2..].Select(q => (float)BitConverter.ToHalf(block) * unchecked((sbyte)q)))], Lookup(Model("q8_0"), 5));
    }

    [Fact]
    public void A_token_that_does_not_exist_is_refused()
    {
        using var embedding = LlamaCpp.LoadEmbedding(Model("f16"));
        Assert.Throws<ArgumentOutOfRangeException>(() => embedding.Lookup([-1], new float[64]));
        Assert.Throws<ArgumentOutOfRangeException>(() => embedding.Lookup([TinyModel.VocabularySize], new float[64]));
        Assert.Throws<ArgumentException>(() => embedding.Lookup([1, 2], new float[127]));
    }

    [Fact]
    public void Embeddings_are_not_used_after_their_end()
    {
        var embedding = LlamaCpp.LoadEmbedding(Model("f16"));
        embedding.Dispose();
        Assert.Throws<ObjectDisposedException>(() => embedding.Lookup([1], new float[64]));
    }

    private string Model(string stored)
    {
        new TinyModel { Stored = stored }.WriteTo(_directory.File($"{stored}.gguf"));
        return _directory.File($"{stored}.gguf");
    }

    private static float[] Lookup(string path, int token)
    {
        using var embedding = LlamaCpp.LoadEmbedding(path);
        var hidden = new float[embedding.EmbeddingLength];
        embedding.Lookup([token], hidden);
        return hidden;
    }

    private static byte[] Row(string path, int token)
    {
        var tensor = GgufFile.Read(path).Tensor("token_embd.weight")!;
        var rowBytes = (int)(tensor.DataBytes / TinyModel.VocabularySize);
        return File.ReadAllBytes(path).AsSpan((int)tensor.DataAt + token * rowBytes, rowBytes).ToArray();
    }
}
