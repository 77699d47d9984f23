using System.Collections.Immutable;

namespace SwarmCompute.Inference;

/// <summary>Where one tensor of a GGUF file lies, and its form.</summary>
/// <param name="Name">Such as "blk.3.attn_q.weight".</param>
/// <param name="Type">How its numbers are stored.</param>
/// <param name="Dimensions">One to four; the first is the length of a row.</param>
/// <param name="DataAt">Where its data begins in the file, in bytes.</param>
/// <param name="DataBytes">Length of its data.</param>
internal sealed record GgufTensor(string Name, GgufTensorType Type, ImmutableArray<long> Dimensions, long DataAt, long DataBytes)
{
    /// <summary>Prefix of the names of a layer's tensors: "blk.3.".</summary>
    public const string LayerPrefix = "blk.";

    /// <summary>The layer that the tensor belongs to, or null: token embeddings, the final norm, the head.</summary>
    public int? Layer
    {
        get
        {
            if (!Name.StartsWith(LayerPrefix, StringComparison.Ordinal)) return null;
            var digits = Name.AsSpan(LayerPrefix.Length);
            var dot = digits.IndexOf('.');
            return dot is > 0 and <= 5 && int.TryParse(digits[..dot], System.Globalization.NumberStyles.None, null, out var layer) ? layer : null;
        }
    }

    /// <summary>The name with another layer's number.</summary>
    public string NameInLayer(int layer) => $"{LayerPrefix}{layer}{Name[Name.IndexOf('.', LayerPrefix.Length)..]}";
}
