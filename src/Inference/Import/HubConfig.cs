using System.Text.Json;

namespace SwarmCompute.Inference;

/// <summary>What the config.json of a model in the form of Hugging Face's transformers says, as far as it is imported.</summary>
/// <param name="Architecture">As GGUF names it: llama, qwen2, qwen3.</param>
/// <param name="Layers">num_hidden_layers.</param>
/// <param name="Width">hidden_size.</param>
/// <param name="Inner">intermediate_size.</param>
/// <param name="Heads">num_attention_heads.</param>
/// <param name="HeadsKv">num_key_value_heads.</param>
/// <param name="HeadLength">head_dim.</param>
/// <param name="Vocabulary">vocab_size: rows of the embeddings.</param>
/// <param name="ContextTokens">max_position_embeddings, or the window of attention where that is shorter: up to there, both mean the same.</param>
/// <param name="NormEpsilon">rms_norm_eps.</param>
/// <param name="RopeBase">rope_theta.</param>
/// <param name="Scaling">How positions are scaled; null where they are not.</param>
/// <param name="TiedHead">tie_word_embeddings.</param>
internal sealed record HubConfig(
    string Architecture, int Layers, int Width, int Inner, int Heads, int HeadsKv, int HeadLength, int Vocabulary, int ContextTokens, float NormEpsilon,
    double RopeBase, HubRopeScaling? Scaling, bool TiedHead)
{
    private const int BytesMax = 1 << 20, MistralWindow = 4096;

    /// <exception cref="ModelImportException">It is missing, malformed, or of a kind that is not imported.</exception>
    public static HubConfig Read(string folder)
    {
        var path = Path.Combine(folder, "config.json");
        using var json = ImportJson.Read(path, BytesMax);
        var config = json.RootElement;
        var kind = config.Member("architectures") is { ValueKind: JsonValueKind.Array } kinds && kinds.GetArrayLength() == 1 ? ImportJson.Text(kinds[0]) : null;
        var architecture = kind switch
        {
            "LlamaForCausalLM" or "MistralForCausalLM" => "llama",
            "Qwen2ForCausalLM" => "qwen2",
            "Qwen3ForCausalLM" => "qwen3",
            _ => throw Refused(path, $"its architecture is {ImportJson.Shown(kind)}; imported are LlamaForCausalLM, MistralForCausalLM, Qwen2ForCausalLM and Qwen3ForCausalLM, whose tensors have a known place in a GGUF file"),
        };
        RefuseFeatures(config, path, architecture);
        int Number(string name, int max, int? missing = null) => (config.Member(name) is null ? missing : ImportJson.Integer(config.Member(name))) is { } value && value >= 1 && value <= max
            ? value
            : throw Refused(path, $"{name} is missing or not a whole number from 1 to {max}");
        var (width, heads) = (Number("hidden_size", 65_536), Number("num_attention_heads", 1024));
        var context = Number("max_position_embeddings", 1 << 30);
        if (Window(config, kind!) is { } window) context = Math.Min(context, window);
        var rotation = config.Member("rope_parameters") ?? config.Member("rope_scaling");
        var ropeBase = Real(config.Member("rope_theta") ?? rotation?.Member("rope_theta")) ?? 10_000;
        if (ropeBase is not (>= 1 and < 1e12)) throw Refused(path, "rope_theta is not a number from 1 to 10^12");
        var epsilon = Real(config.Member("rms_norm_eps")) is > 0 and < 1 and var given ? given : throw Refused(path, "rms_norm_eps is missing or not between 0 and 1");
        var length = Number("head_dim", 65_536, missing: width % heads == 0 ? width / heads : null);
        if (length % 2 != 0) throw Refused(path, $"head_dim is {length}, an odd number");
        return new(architecture, Number("num_hidden_layers", 512), width, Number("intermediate_size", 1 << 24), heads, Number("num_key_value_heads", heads, missing: heads),
            length, Number("vocab_size", 1 << 20), context, (float)epsilon, ropeBase, HubRopeScaling.Read(rotation, architecture, context, path), config.Flag("tie_word_embeddings"));
    }

    public static ModelImportException Refused(string path, string why) => new($"{path} cannot be imported: {why}.");

    public static double? Real(JsonElement? element) => element is { ValueKind: JsonValueKind.Number } number && double.IsFinite(number.GetDouble()) ? number.GetDouble() : null;

    private static void RefuseFeatures(JsonElement config, string path, string architecture)
    {
        if (config.Member("quantization_config") is { } quantization)
            throw Refused(path, $"its weights are quantized (quantization_config, method {ImportJson.Shown(ImportJson.Text(quantization.Member("quant_method")))}); take the model before quantization");
        if ((ImportJson.Text(config.Member("hidden_act")) ?? "silu") is not "silu" and var activation) throw Refused(path, $"its activation (hidden_act) is {ImportJson.Shown(activation)}; only silu is run");
        foreach (var bias in new[] { "attention_bias", "mlp_bias" })
            if (config.Flag(bias) && !(architecture == "qwen2" && bias == "attention_bias")) throw Refused(path, $"it has {bias}, which is not imported for {architecture}");
        if (Real(config.Member("partial_rotary_factor")) is not (null or 1)) throw Refused(path, "it rotates a part of each head only (partial_rotary_factor), which is not imported");
    }

    /// <summary>How far back attention reaches, where it has such a limit; transformers' own defaults stand where nothing is said.</summary>
    private static int? Window(JsonElement config, string kind)
    {
        var window = config.TryGetProperty("sliding_window", out var given) ? ImportJson.Integer(given) : MistralWindow;
        var used = kind == "MistralForCausalLM" || (kind.StartsWith("Qwen", StringComparison.Ordinal) && config.Flag("use_sliding_window"));
        return used && window is >= 1 ? window : null;
    }
}
