using System.Collections.Frozen;

namespace SwarmCompute.Inference;

/// <summary>
/// The architectures that can be cut into stages here. One may join when its tensors and settings follow these rules and a
/// test shows that its stages give the bits of the whole model: token embeddings go into the first layer as they are (no
/// scaling, no added positions: not so in gemma, granite, gpt2); every layer is like every other, or says in an array what
/// is its own; layers are numbered from 0 without meaning (not so where the first ones are dense, or every fourth has no
/// rotation); a layer's result is a node named l_out-N in llama.cpp's graph.
/// </summary>
internal static class GgufArchitectures
{
    public static readonly FrozenSet<string> Sliceable = new[] { "llama", "mistral3", "phi3", "qwen2", "qwen3", "qwen3moe" }.ToFrozenSet();

    /// <summary>Settings of which there may be one for each layer.</summary>
    public static readonly FrozenSet<string> PerLayer = new[]
    {
        "attention.head_count", "attention.head_count_kv", "feed_forward_length", "expert_used_count", "expert_feed_forward_length",
    }.ToFrozenSet();

    /// <summary>Tensors that belong to no layer: the embeddings, the head, and rotation factors, which every stage needs.</summary>
    public static readonly FrozenSet<string> Shared = new[]
    {
        TokenEmbeddings, FinalNorm, Head, "output.bias", "rope_freqs.weight", "rope_factors_long.weight", "rope_factors_short.weight",
    }.ToFrozenSet();

    public const string TokenEmbeddings = "token_embd.weight", FinalNorm = "output_norm.weight", Head = "output.weight";
}
