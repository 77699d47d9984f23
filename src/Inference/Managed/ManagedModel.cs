using System.Collections.Immutable;

namespace SwarmCompute.Inference;

/// <summary>The weights and settings of a stage: what <see cref="ManagedSequence"/> computes with.</summary>
internal sealed class ManagedModel : IDisposable
{
    private const string RotationFactors = "rope_freqs.weight";

    private static readonly string[] LayerTensors =
    [
        "attn_norm.weight", "attn_q.weight", "attn_k.weight", "attn_v.weight", "attn_output.weight", "ffn_norm.weight", "ffn_gate.weight",
        "ffn_up.weight", "ffn_down.weight",
    ];

    private static readonly string[] HeadNorms = ["attn_q_norm.weight", "attn_k_norm.weight"];

    private readonly GgufMetadata _file;

    /// <exception cref="InferenceException">The model is of a kind that is not run here.</exception>
    public ManagedModel(GgufMetadata file, bool last)
    {
        _file = file;
        Weights = new(file);
        try
        {
            Refuse();
            Width = file.Model.EmbeddingLength;
            Heads = (int)One("attention.head_count")!.Value;
            HeadLength = (int)(One("attention.key_length") ?? Width / Heads);
            NormEpsilon = (float)Number("attention.layer_norm_rms_epsilon")!.Value;
            Rotation = Rotary();
            Layers = [.. Enumerable.Range(0, file.Model.Layers).Select(Layer)];
            if (!last) return;
            FinalNorm = Weights.Vector(GgufArchitectures.FinalNorm, Width);
            var head = file.Tensor(GgufArchitectures.Head) is null ? GgufArchitectures.TokenEmbeddings : GgufArchitectures.Head;
            Head = Weights.Matrix(head, Width, file.Model.VocabularySize);
        }
        catch
        {
            Weights.Dispose();
            throw;
        }
    }

    public WeightFile Weights { get; }

    public int Width { get; }

    public int Heads { get; }

    public int HeadLength { get; }

    public float NormEpsilon { get; }

    public Rotation Rotation { get; }

    public ImmutableArray<ManagedLayer> Layers { get; }

    /// <summary>The last norm; null where the stage is not the last.</summary>
    public float[]? FinalNorm { get; }

    /// <summary>Makes the logits; null where the stage is not the last.</summary>
    public WeightMatrix? Head { get; }

    /// <summary>How the states of a text become one vector; null where the model makes none.</summary>
    public PoolingKind? Pooling => _file.Pooling;

    private string Architecture => _file.Model.Architecture;

    private bool NormsHeads => Architecture == "qwen3";

    public void Dispose() => Weights.Dispose();

    private void Refuse()
    {
        if (Architecture is not ("llama" or "qwen3")) throw Weights.Refused($"its architecture is {Architecture}; llama and qwen3 are run");
        foreach (var tensor in _file.Tensors)
        {
            var known = tensor.Layer is null
                ? tensor.Name is GgufArchitectures.TokenEmbeddings or GgufArchitectures.FinalNorm or GgufArchitectures.Head
                    || (tensor.Name == RotationFactors && Architecture == "llama")
                : InLayer(tensor.Name) is var name && (LayerTensors.Contains(name) || (NormsHeads && HeadNorms.Contains(name)));
            if (!known) throw Weights.Refused($"it has a tensor '{tensor.Name}', which has no place in a plain {Architecture} model");
        }
    }

    private static string InLayer(string name) => name[(name.IndexOf('.', GgufTensor.LayerPrefix.Length) + 1)..];

    private Rotation Rotary()
    {
        var scaling = _file.Find($"{Architecture}.rope.scaling.type")?.Text ?? "linear";
        if (scaling is not ("none" or "linear")) throw Weights.Refused($"its positions are scaled by the method {scaling}; none and linear are run");
        var factor = scaling == "linear" ? Number("rope.scaling.factor") ?? Number("rope.scale_linear") ?? 1 : 1;
        if (!double.IsFinite(factor) || factor < 0) throw Weights.Refused($"the factor of its positions' scaling is {factor}");
        var frequencyBase = Number("rope.freq_base") ?? 10_000;
        if (!double.IsFinite(frequencyBase) || frequencyBase < 1) throw Weights.Refused($"the base of its positions' frequencies is {frequencyBase}");
        var factors = _file.Tensor(RotationFactors) is null ? null : Weights.Vector(RotationFactors, HeadLength / 2);
        return new(Rotation.Frequencies(HeadLength, frequencyBase, factor == 0 ? 1 : 1 / factor, factors), halves: NormsHeads);
    }

    private ManagedLayer Layer(int index)
    {
        string Name(string name) => $"{GgufTensor.LayerPrefix}{index}.{name}";
        var headsKv = (int)(ForLayer("attention.head_count_kv", index) ?? Heads);
        var (queries, keys) = (Heads * HeadLength, headsKv * HeadLength);
        var inner = _file.Tensor(Name("ffn_gate.weight")) is { Dimensions: [_, var rows] }
            ? (int)rows
            : throw Weights.Refused($"tensor '{Name("ffn_gate.weight")}' is missing, or no matrix");
        return new(
            headsKv, Weights.Vector(Name("attn_norm.weight"), Width),
            Weights.Matrix(Name("attn_q.weight"), Width, queries), Weights.Matrix(Name("attn_k.weight"), Width, keys),
            Weights.Matrix(Name("attn_v.weight"), Width, keys),
            NormsHeads ? Weights.Vector(Name(HeadNorms[0]), HeadLength) : null, NormsHeads ? Weights.Vector(Name(HeadNorms[1]), HeadLength) : null,
            Weights.Matrix(Name("attn_output.weight"), queries, Width), Weights.Vector(Name("ffn_norm.weight"), Width),
            Weights.Matrix(Name("ffn_gate.weight"), Width, inner), Weights.Matrix(Name("ffn_up.weight"), Width, inner),
            Weights.Matrix(Name("ffn_down.weight"), inner, Width));
    }

    private long? One(string key) => ForLayer(key, 0);

    /// <summary>A setting that is given once, or for each layer; <see cref="GgufChecks"/> has seen to its form.</summary>
    private long? ForLayer(string key, int layer) => _file.Find($"{Architecture}.{key}") switch
    {
        null => null,
        { Integers: [var one] } => one,
        { Integers: var each } => each[layer],
    };

    private double? Number(string key) => _file.Find($"{Architecture}.{key}")?.Number;
}
