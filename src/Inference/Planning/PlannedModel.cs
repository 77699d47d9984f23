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

    private static PlannedLayer LayerOf(GgufMetadata file, int layer)
    {
        var tensors = file.Tensors.Where(tensor => tensor.Layer == layer).ToList();
        var experts = tensors.Where(tensor => tensor.Name.Contains("_exps", StringComparison.Ordinal)).Sum(tensor => tensor.DataBytes);
        var all = tensors.Sum(tensor => tensor.DataBytes);
        var (used, count) = (Setting(file, "expert_used_count", layer) ?? 1, Setting(file, "expert_count", layer) ?? 1);
        var heads = Setting(file, "attention.head_count", layer)!.Value;
        var headsKv = Setting(file, "attention.head_count_kv", layer) ?? heads;
        var keys = Setting(file, "attention.key_length", layer) ?? file.Model.EmbeddingLength / heads;
        var values = Setting(file, "attention.value_length", layer) ?? file.Model.EmbeddingLength / heads;
        return new PlannedLayer(all, all - experts + (long)(experts * Math.Min(1, (double)used / Math.Max(1, count))), headsKv * (keys + values) * HalfBytes);
    }

    private static long? Setting(GgufMetadata file, string key, int layer) => file.Find($"{file.Model.Architecture}.{key}")?.Integers switch
    {
        null or [] => null,
        [var one] => one,
        { } each => each[Math.Min(layer, each.Length - 1)],
    };
}
