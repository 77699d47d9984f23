namespace SwarmCompute.Inference.Tests;

public sealed class GgufFileTests
{
    private const int Version = 4, TensorCount = 8, EntryCount = 16;

    [Fact]
    public void A_model_says_what_it_is()
    {
        var model = GgufBytes.Read(GgufBytes.Valid);
        Assert.Equal(new GgufModelInfo("llama", "Tiny", 2, 8, 512, TinyModel.VocabularySize, GgufBytes.Valid.Length, null), model.Model);
        Assert.True(model.HasTokenizer);
        Assert.Null(model.Stage);
    }

    [Fact]
    public void A_missing_file_is_refused() =>
        Assert.Contains("cannot be read", Assert.Throws<InvalidGgufException>(() => GgufFile.Read("/does/not/exist.gguf")).Message);

    [Fact]
    public void An_empty_file_is_refused() => Assert.Contains("is cut off: it ends at byte 0, inside the header", GgufBytes.Refusal([]));

    [Fact]
    public void Another_kind_of_file_is_refused() => Assert.Contains("does not begin with the letters GGUF", GgufBytes.Refusal(GgufBytes.WithBytes(0, 0x50, 0x4B)));

    [Theory, InlineData(1), InlineData(4)]
    public void Another_version_is_refused(byte version) =>
        Assert.Contains($"its version is {version}", GgufBytes.Refusal(GgufBytes.WithBytes(Version, version)));

    [Fact]
    public void A_big_endian_file_is_refused() => Assert.Contains("little-endian", GgufBytes.Refusal(GgufBytes.WithBytes(Version, 0, 0, 0, 3)));

    [Theory, InlineData(TensorCount), InlineData(EntryCount)]
    public void A_huge_count_is_refused(int at) =>
        Assert.Contains("more than the", GgufBytes.Refusal(GgufBytes.WithBytes(at, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF)));

    [Fact]
    public void A_count_that_the_file_cannot_hold_is_refused() =>
        Assert.Contains("more than the rest of the file can hold", GgufBytes.Refusal(GgufBytes.Valid[..(GgufBytes.Valid.Length / 100)]));

    [Fact]
    public void A_file_that_lacks_its_last_tensor_is_refused() =>
        Assert.Contains("inside tensor 'blk.1.ffn_down.weight'", GgufBytes.Refusal(GgufBytes.Valid[..^64]));

    [Fact]
    public void An_unknown_architecture_is_named_with_those_that_are_known()
    {
        var refusal = GgufBytes.Refusal(GgufBytes.WithText("llama", "gemma"));
        Assert.Contains("its architecture is 'gemma'", refusal);
        Assert.Contains("llama, mistral3, phi3, qwen2, qwen3, qwen3moe", refusal);
    }

    [Fact]
    public void A_key_that_occurs_twice_is_refused() =>
        Assert.Contains("occurs twice", GgufBytes.Refusal(GgufBytes.WithText("tokenizer.ggml.bos_token_id", "tokenizer.ggml.eos_token_id")));

    [Fact]
    public void A_tensor_that_occurs_twice_is_refused() =>
        Assert.Contains("occurs twice", GgufBytes.Refusal(GgufBytes.WithText("blk.0.attn_k.weight", "blk.0.attn_q.weight")));

    [Fact]
    public void A_tensor_outside_its_place_is_refused()
    {
        var bytes = GgufBytes.Valid;
        var afterName = bytes.AsSpan().IndexOf("blk.0.attn_q.weight"u8) + "blk.0.attn_q.weight".Length;
        bytes[afterName + sizeof(uint) + 2 * sizeof(ulong) + sizeof(uint)]++;
        Assert.Contains("'blk.0.attn_q.weight' is at offset", GgufBytes.Refusal(bytes));
    }

    [Fact]
    public void Dimensions_whose_product_overflows_are_refused()
    {
        var bytes = GgufBytes.Valid;
        var dimensions = bytes.AsSpan().IndexOf("token_embd.weight"u8) + "token_embd.weight".Length + sizeof(uint);
        bytes.AsSpan(dimensions, sizeof(uint)).Fill(0x7F);
        bytes.AsSpan(dimensions + sizeof(ulong), sizeof(uint)).Fill(0x7F);
        Assert.Contains("'token_embd.weight' is larger than the file", GgufBytes.Refusal(bytes));
    }

    [Theory]
    [InlineData("llama.block_count", 0u, "llama.block_count must be a number from 1 to 512")]
    [InlineData("llama.block_count", 513u, "llama.block_count must be a number from 1 to 512")]
    [InlineData("llama.block_count", 3u, "layer 2 has no tensors")]
    [InlineData("llama.block_count", 1u, "belongs neither to one of the 1 layers")]
    [InlineData("llama.embedding_length", 9u, "is not a multiple of 2 heads")]
    [InlineData("llama.context_length", 0u, "llama.context_length must be a number")]
    [InlineData("llama.attention.head_count", 3u, "is not a multiple of 3 heads")]
    [InlineData("llama.attention.head_count_kv", 0u, "does not divide 2 heads")]
    [InlineData("llama.rope.dimension_count", 2u, "rope.dimension_count is 2, which does not fit a key of length 4")]
    [InlineData("llama.attention.layer_norm_rms_epsilon", 0xBF80_0000u, "layer_norm_rms_epsilon is missing or not from 0 to 1")]
    [InlineData("llama.attention.layer_norm_rms_epsilon", 0x7FC0_0000u, "layer_norm_rms_epsilon is missing or not from 0 to 1")]
    public void A_setting_that_would_make_the_engine_abort_is_refused(string key, uint value, string because) =>
        Assert.Contains(because, GgufBytes.Refusal(GgufBytes.WithNumber(key, value)));

    [Fact]
    public void A_vocabulary_that_does_not_fit_the_embeddings_is_refused()
    {
        var bytes = GgufBytes.WithText("tokenizer.ggml.tokens", "tokenizer.ggml.tokenz");
        Assert.Contains("its vocabulary has no tokens, its embeddings 285", GgufBytes.Refusal(bytes));
    }

    [Fact]
    public void A_token_that_occurs_twice_is_refused() =>
        Assert.Contains("token 6 is the same as one before it", GgufBytes.Refusal(GgufBytes.WithText("<0x01>", "<0x00>")));

    [Fact]
    public void A_vocabulary_without_every_byte_is_refused() =>
        Assert.Contains("lacks tokens for single bytes", GgufBytes.Refusal(GgufBytes.WithText("<0x01>", "<0xzz>")));

    [Fact]
    public void A_vector_that_is_not_of_floats_is_refused()
    {
        var bytes = GgufBytes.Valid;
        bytes[bytes.AsSpan().IndexOf("blk.1.ffn_norm.weight"u8) + "blk.1.ffn_norm.weight".Length + sizeof(uint) + sizeof(ulong)] = 1;
        Assert.NotEmpty(GgufBytes.Refusal(bytes));
    }

    [Fact]
    public void A_name_with_control_characters_is_refused_and_not_repeated() =>
        Assert.Contains("not made of printable ASCII", GgufBytes.Refusal(GgufBytes.WithText("blk.0.attn_q.weight", "blk.0.\n\ntn_q.weigh\n")));
}
