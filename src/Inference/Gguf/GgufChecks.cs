using System.Collections.Immutable;

namespace SwarmCompute.Inference;

/// <summary>
/// Judges whether a GGUF file that is well formed can be run here. It refuses in particular what would make llama.cpp
/// abort the process instead of reporting an error (the GGML_ASSERTs of llama-model.cpp, load_hparams).
/// </summary>
internal sealed class GgufChecks(string path, long fileBytes, ImmutableArray<GgufEntry> entries, ImmutableArray<GgufTensor> tensors)
{
    private const int LayersMax = 512, EmbeddingLengthMax = 65_536, ContextTokensMax = 1 << 30, HeadsMax = 1024, VocabularyMax = 1 << 20, ExpertsMax = 1024;

    private readonly Dictionary<string, GgufEntry> _entries = entries.ToDictionary(entry => entry.Key, StringComparer.Ordinal);
    private readonly Dictionary<string, GgufTensor> _tensors = tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
    private string _architecture = "";

    public GgufMetadata Check()
    {
        _architecture = Architecture();
        if (_entries.GetValueOrDefault("split.count") is { Integers: [> 1] })
            throw Refused("it is one part of a model that is split over several files; merge them first (llama-gguf-split --merge)");
        var layers = (int)Required("block_count", LayersMax);
        var embeddingLength = (int)Required("embedding_length", EmbeddingLengthMax);
        var contextTokens = (int)Required("context_length", ContextTokensMax);
        CheckHeads(layers, embeddingLength);
        CheckExperts(layers);
        CheckForms();
        CheckTensors(layers, embeddingLength);
        var name = Text("general.name") is { Length: > 0 } given ? given : Path.GetFileNameWithoutExtension(path);
        var model = new GgufModelInfo(_architecture, name, layers, embeddingLength, contextTokens, Vocabulary(embeddingLength), fileBytes, null);
        return new(path, model, StageMark(layers), entries, tensors);
    }

    private string Architecture()
    {
        var architecture = Text("general.architecture") ?? throw Refused("it does not say its architecture (general.architecture)");
        if (GgufArchitectures.Sliceable.Contains(architecture)) return architecture;
        var shown = string.Concat(architecture.Take(40).Where(c => c is > ' ' and <= '~'));
        throw Refused($"its architecture is '{shown}'; these can be run in stages: {string.Join(", ", GgufArchitectures.Sliceable.Order(StringComparer.Ordinal))}");
    }

    private void CheckHeads(int layers, int embeddingLength)
    {
        var heads = PerLayer("attention.head_count", layers) ?? throw Refused($"{_architecture}.attention.head_count is missing");
        var headsKv = PerLayer("attention.head_count_kv", layers) ?? heads;
        if (heads.Any(count => count is < 1 or > HeadsMax) || heads.Distinct().Count() > 1)
            throw Refused($"{_architecture}.attention.head_count must be the same in every layer, from 1 to {HeadsMax}");
        for (var layer = 0; layer < layers; layer++)
            if (headsKv[layer] < 1 || heads[layer] % headsKv[layer] != 0)
                throw Refused($"{_architecture}.attention.head_count_kv of layer {layer} is {headsKv[layer]}, which does not divide {heads[layer]} heads");

        var keyLength = Optional("attention.key_length", EmbeddingLengthMax);
        if (keyLength is null && embeddingLength % heads[0] != 0)
            throw Refused($"{_architecture}.embedding_length {embeddingLength} is not a multiple of {heads[0]} heads");
        var headLength = keyLength ?? embeddingLength / heads[0];
        if ((Optional("attention.value_length", EmbeddingLengthMax) ?? headLength) != headLength)
            throw Refused($"{_architecture}.attention.value_length differs from the length of a key, {headLength}");
        var rotated = Optional("rope.dimension_count", EmbeddingLengthMax) ?? headLength;
        if (rotated > headLength || rotated % 2 != 0 || (rotated != headLength && _architecture != "phi3"))
            throw Refused($"{_architecture}.rope.dimension_count is {rotated}, which does not fit a key of length {headLength}");
    }

    private void CheckExperts(int layers)
    {
        var experts = Optional("expert_count", ExpertsMax, min: 0) ?? 0;
        var used = PerLayer("expert_used_count", layers) ?? [.. Enumerable.Repeat(0L, layers)];
        if (used.Any(count => experts == 0 ? count != 0 : count < 1 || count > experts))
            throw Refused($"{_architecture}.expert_used_count does not fit {experts} experts");
        if ((Optional("expert_group_count", ExpertsMax, min: 0) ?? 0) > Math.Clamp(experts - 1, 0, 1)) throw Refused("it has groups of experts, which are not supported");
        _ = PerLayer("expert_feed_forward_length", layers);
        _ = PerLayer("feed_forward_length", layers);
    }

    private void CheckForms()
    {
        if (Text($"{_architecture}.rope.scaling.type") is { } scaling && scaling is not ("none" or "linear" or "yarn" or "longrope"))
            throw Refused($"{_architecture}.rope.scaling.type is none of none, linear, yarn, longrope");
        if (_entries.GetValueOrDefault($"{_architecture}.attention.layer_norm_rms_epsilon")?.Number is not (>= 0 and < 1))
            throw Refused($"{_architecture}.attention.layer_norm_rms_epsilon is missing or not from 0 to 1");
        if (_entries.GetValueOrDefault($"{_architecture}.attention.causal") is { Integers: not [1] })
            throw Refused("its attention is not causal: it does not continue a text");
        if (Optional("nextn_predict_layers", LayersMax, min: 0) > 0) throw Refused("it has layers that predict several tokens, which are not supported");
    }

    private void CheckTensors(int layers, int embeddingLength)
    {
        var filled = new bool[layers];
        foreach (var tensor in tensors)
        {
            if (tensor.Dimensions.Length == 1 && tensor.Type != GgufTensorType.Float32)
                throw Refused($"tensor '{tensor.Name}', a vector, is stored as {tensor.Type.Name}; the engine takes f32 there");
            if (tensor.Layer is { } layer && layer < layers) filled[layer] = true;
            else if (!GgufArchitectures.Shared.Contains(tensor.Name))
                throw Refused($"tensor '{tensor.Name}' belongs neither to one of the {layers} layers nor to what a {_architecture} model has besides");
        }
        if (System.Array.IndexOf(filled, false) is var empty and >= 0) throw Refused($"layer {empty} has no tensors");
        if (_tensors.GetValueOrDefault(GgufArchitectures.FinalNorm) is not { Dimensions: [var norm] } || norm != embeddingLength)
            throw Refused($"tensor {GgufArchitectures.FinalNorm} is missing or has not {embeddingLength} elements");
    }

    private int Vocabulary(int embeddingLength)
    {
        if (_tensors.GetValueOrDefault(GgufArchitectures.TokenEmbeddings) is not { Dimensions: [var length, >= 1 and <= VocabularyMax and var vocabulary] }
            || length != embeddingLength)
            throw Refused($"tensor {GgufArchitectures.TokenEmbeddings} is missing or has not {embeddingLength} columns and 1 to {VocabularyMax} rows");
        if (_tensors.GetValueOrDefault(GgufArchitectures.Head) is { } head && !head.Dimensions.SequenceEqual([length, vocabulary]))
            throw Refused($"tensor {GgufArchitectures.Head} has not the form of {GgufArchitectures.TokenEmbeddings}");
        var said = _entries.GetValueOrDefault(GgufEntry.VocabularyKey) is { Type: GgufValueType.Array, ElementType: GgufValueType.String } tokens
            ? tokens.Count
            : Optional("vocab_size", VocabularyMax);
        if (Text("tokenizer.ggml.model") == "llama" && _entries.GetValueOrDefault(GgufEntry.VocabularyKey) is { HasEveryByte: false })
            throw Refused("its vocabulary lacks tokens for single bytes, so that some texts could not be tokenized, and the engine would abort");
        if (said != vocabulary) throw Refused($"its vocabulary has {said?.ToString() ?? "no"} tokens, its embeddings {vocabulary}");
        return (int)vocabulary;
    }

    private GgufStageMark? StageMark(int layers)
    {
        if (!_entries.TryGetValue(GgufStageMark.FirstKey, out var first)) return null;
        if (first.Integers is not [>= 0 and <= LayersMax and var from] || _entries.GetValueOrDefault(GgufStageMark.LastKey) is not { Integers: [var last] })
            throw Refused($"{GgufStageMark.FirstKey} or {GgufStageMark.LastKey} is missing or wrong");
        return new(new((int)from, layers), last != 0);
    }

    private long Required(string key, long max) => Optional(key, max) ?? throw Refused($"{_architecture}.{key} is missing");

    private long? Optional(string key, long max, long min = 1)
    {
        if (!_entries.TryGetValue($"{_architecture}.{key}", out var entry)) return null;
        return entry is { Integers: [var value] } && value >= min && value <= max && entry.Type != GgufValueType.Array
            ? value
            : throw Refused($"{_architecture}.{key} must be a number from {min} to {max}");
    }

    /// <summary>A setting for each layer: given once for all, or in an array.</summary>
    private ImmutableArray<long>? PerLayer(string key, int layers)
    {
        if (!_entries.TryGetValue($"{_architecture}.{key}", out var entry)) return null;
        var values = entry is { Type: not GgufValueType.Array, Integers: [var one] } ? [.. Enumerable.Repeat(one, layers)] : entry.Integers;
        return values.Length == layers && values.All(value => value is >= 0 and <= int.MaxValue)
            ? values
            : throw Refused($"{_architecture}.{key} must be a number, or {layers} numbers, one for each layer");
    }

    private string? Text(string key) => _entries.GetValueOrDefault(key)?.Text;

    private InvalidGgufException Refused(string why) => new($"{path} cannot be run: {why}.");
}
