using System.Collections.Immutable;

namespace SwarmCompute.Inference;

/// <summary>What the planner must know of a model.</summary>
/// <param name="Layers">Each layer, in order: 1 to 1,024.</param>
/// <param name="EmbeddingBytes">The token embeddings, which the head keeps.</param>
/// <param name="HeadBytes">The final norm and the output matrix, which the last stage keeps; the embeddings again where they are tied.</param>
/// <param name="SharedBytes">What every stage keeps, such as rotation factors.</param>
/// <param name="EmbeddingLength">Floats in a hidden state: 1 to 1,048,576.</param>
public sealed record PlannedModel(ImmutableArray<PlannedLayer> Layers, long EmbeddingBytes, long HeadBytes, long SharedBytes, int EmbeddingLength)
{
    private const int HalfBytes = 2;

    /// <summary>A context has a quarter more cells than tokens, and some for its batches: see KvArena.</summary>
    private const int SpareCells = 1280;

    /// <summary>A token's hidden state between stages, in bytes.</summary>
    internal long HiddenBytes => BoundaryFrame.HeaderSize + (long)sizeof(float) * EmbeddingLength;

    /// <summary>Takes all of it from a whole model's file.</summary>
    /// <exception cref="ArgumentException">The file is a stage.</exception>
    public static PlannedModel Of(GgufMetadata file)
    {
        if (file.IsStage) throw new ArgumentException($"{file.Path} is a stage; give the whole model's file.", nameof(file));
        var embeddings = file.Tensor(GgufArchitectures.TokenEmbeddings)!;
        var head = file.Tensor(GgufArchitectures.Head) ?? embeddings;
        var apart = file.Tensors.Where(t => t.Layer is null && t != embeddings && t != head).ToLookup(t => t.Name.StartsWith("rope_", StringComparison.Ordinal));
        var layers = Enumerable.Range(0, file.Model.Layers).Select(layer => LayerOf(file, layer));
        return new PlannedModel([.. layers], embeddings.DataBytes, head.DataBytes + apart[false].Sum(t => t.DataBytes), apart[true].Sum(t => t.DataBytes), file.Model.EmbeddingLength);
    }

    /// <summary>
    /// What a stage's server sets aside for it, in bytes: its weights; keys and values in halves, with the quarter more that the engine keeps; the hidden
    /// states that it keeps for replay (not the last stage); the embeddings at the head, and the output matrix at the last stage. The engine's own buffers
    /// are not in it.
    /// </summary>
    /// <param name="range">The stage's layers.</param>
    /// <param name="tokens">Tokens that all sessions hold together: 0 to 2^28.</param>
    /// <exception cref="ArgumentOutOfRangeException">The model has no such layers.</exception>
    public long StageMemory(LayerRange range, long tokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(range.First);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(range.End, Layers.Length);
        return Enumerable.Range(range.First, range.Count).Sum(layer => LayerMemory(layer, tokens)) + BesideLayers(range.First, range.End, tokens);
    }

    /// <summary>The part of <see cref="StageMemory"/> that one layer is.</summary>
    internal long LayerMemory(int layer, long tokens) => Layers[layer].Bytes + Layers[layer].KvBytesPerToken * (tokens + tokens / 4 + SpareCells);

    /// <summary>The part of <see cref="StageMemory"/> that is none of the layers'.</summary>
    internal long BesideLayers(int first, int end, long tokens) =>
        SharedBytes + (first == 0 ? EmbeddingBytes : 0) + (end == Layers.Length ? HeadBytes : tokens * HiddenBytes);

    private static PlannedLayer LayerOf(GgufMetadata file, int layer)
    {
        var tensors = file.Tensors.Where(tensor => tensor.Layer == layer).ToList();
        var experts = tensors.Where(tensor => tensor.Name.Contains("_exps", StringComparison.Ordinal)).ToList();
        var part = Math.Min(1, (double)(Setting(file, "expert_used_count", layer) ?? 1) / Math.Max(1, Setting(file, "expert_count", layer) ?? 1));
        long Active(Func<GgufTensor, long> size) => tensors.Sum(size) - experts.Sum(size) + (long)(experts.Sum(size) * part);
        var heads = Setting(file, "attention.head_count", layer)!.Value;
        var headsKv = Setting(file, "attention.head_count_kv", layer) ?? heads;
        var keys = Setting(file, "attention.key_length", layer) ?? file.Model.EmbeddingLength / heads;
        var values = Setting(file, "attention.value_length", layer) ?? file.Model.EmbeddingLength / heads;
        return new PlannedLayer(tensors.Sum(tensor => tensor.DataBytes), Active(tensor => tensor.DataBytes), headsKv * (keys + values) * HalfBytes)
        {
            ActiveWeights = Active(tensor => tensor.Dimensions.Aggregate(1L, (product, length) => product * length)),
        };
    }

    private static long? Setting(GgufMetadata file, string key, int layer) => file.Find($"{file.Model.Architecture}.{key}")?.Integers switch
    {
        null or [] => null,
        [var one] => one,
        { } each => each[Math.Min(layer, each.Length - 1)],
    };
}
