using System.Buffers.Binary;
using System.Collections.Immutable;

namespace SwarmCompute.Inference;

/// <summary>
/// Puts the tensors of a model in the form of Hugging Face's transformers where a GGUF file has them. Matrices stay as they are stored; vectors (norms,
/// biases) become floats, as llama.cpp demands. Only the rows of llama's queries and keys change places: transformers turns the pairs
/// (i, i + half) of a head, llama.cpp, for this architecture, the pairs (2i, 2i + 1).
/// </summary>
internal sealed class HubTensors(SafetensorsModel source, HubConfig config, string folder)
{
    private readonly HashSet<string> _used = [];

    /// <exception cref="ModelImportException">One is missing, has another form, or has no place in the architecture.</exception>
    public void AddTo(GgufWriter writer)
    {
        AddMatrix(writer, "model.embed_tokens.weight", GgufArchitectures.TokenEmbeddings, config.Vocabulary, config.Width);
        AddVector(writer, "model.norm.weight", GgufArchitectures.FinalNorm, config.Width);
        if (config.TiedHead) _used.Add("lm_head.weight");
        else AddMatrix(writer, "lm_head.weight", GgufArchitectures.Head, config.Vocabulary, config.Width);
        if (config.Scaling is { ByWavelength: true } scaling)
            writer.AddTensor("rope_freqs.weight", GgufTensorType.Float32, [config.HeadLength / 2], Floats(scaling.Factors(config.HeadLength, config.RopeBase)));
        for (var layer = 0; layer < config.Layers; layer++) AddLayer(writer, $"model.layers.{layer}.", $"{GgufTensor.LayerPrefix}{layer}.");
        if (source.Names.FirstOrDefault(name => !_used.Contains(name) && !name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal)) is { } unknown)
            throw Refused($"it has a tensor '{ImportJson.Shown(unknown)}', which has no place in a {config.Architecture} model of {config.Layers} layers");
    }

    private void AddLayer(GgufWriter writer, string from, string to)
    {
        var (queries, keys) = (config.Heads * config.HeadLength, config.HeadsKv * config.HeadLength);
        var turned = config.Architecture == "llama";
        AddVector(writer, $"{from}input_layernorm.weight", $"{to}attn_norm.weight", config.Width);
        AddVector(writer, $"{from}post_attention_layernorm.weight", $"{to}ffn_norm.weight", config.Width);
        AddMatrix(writer, $"{from}self_attn.q_proj.weight", $"{to}attn_q.weight", queries, config.Width, turned);
        AddMatrix(writer, $"{from}self_attn.k_proj.weight", $"{to}attn_k.weight", keys, config.Width, turned);
        AddMatrix(writer, $"{from}self_attn.v_proj.weight", $"{to}attn_v.weight", keys, config.Width);
        AddMatrix(writer, $"{from}self_attn.o_proj.weight", $"{to}attn_output.weight", config.Width, queries);
        AddMatrix(writer, $"{from}mlp.gate_proj.weight", $"{to}ffn_gate.weight", config.Inner, config.Width);
        AddMatrix(writer, $"{from}mlp.up_proj.weight", $"{to}ffn_up.weight", config.Inner, config.Width);
        AddMatrix(writer, $"{from}mlp.down_proj.weight", $"{to}ffn_down.weight", config.Width, config.Inner);
        if (config.Architecture == "qwen2")
        {
            AddVector(writer, $"{from}self_attn.q_proj.bias", $"{to}attn_q.bias", queries);
            AddVector(writer, $"{from}self_attn.k_proj.bias", $"{to}attn_k.bias", keys);
            AddVector(writer, $"{from}self_attn.v_proj.bias", $"{to}attn_v.bias", keys);
        }
        if (config.Architecture != "qwen3") return;
        AddVector(writer, $"{from}self_attn.q_norm.weight", $"{to}attn_q_norm.weight", config.HeadLength);
        AddVector(writer, $"{from}self_attn.k_norm.weight", $"{to}attn_k_norm.weight", config.HeadLength);
    }

    private void AddMatrix(GgufWriter writer, string from, string to, int rows, int columns, bool turned = false)
    {
        var tensor = Find(from, rows, columns);
        var type = Type(tensor);
        GgufData data = turned
            ? new GgufData.PairedRows(tensor.File, tensor.DataAt, columns * type.BlockBytes, rows / config.HeadLength, config.HeadLength)
            : new GgufData.Copy(tensor.File, tensor.DataAt, tensor.DataBytes);
        writer.AddTensor(to, type, [columns, rows], data);
    }

    private void AddVector(GgufWriter writer, string from, string to, int length)
    {
        var tensor = Find(from, length);
        var type = Type(tensor);
        var bytes = new byte[(int)tensor.DataBytes];
        for (var at = 0; at < bytes.Length;)
        {
            var read = RandomAccess.Read(tensor.File, bytes.AsSpan(at), tensor.DataAt + at);
            if (read == 0) throw new EndOfStreamException("The model's file became shorter while it was read.");
            at += read;
        }
        var floats = new float[length];
        for (var i = 0; i < length; i++)
        {
            var element = bytes.AsSpan(i * type.BlockBytes);
            floats[i] = type == GgufTensorType.Float32 ? BinaryPrimitives.ReadSingleLittleEndian(element)
                : type == GgufTensorType.Float16 ? (float)BinaryPrimitives.ReadHalfLittleEndian(element)
                : BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(element) << 16);
        }
        writer.AddTensor(to, GgufTensorType.Float32, [length], Floats(floats));
    }

    private SafetensorsTensor Find(string name, params ImmutableArray<long> shape)
    {
        var tensor = source.Find(name) ?? throw Refused($"tensor '{name}' is missing");
        if (!tensor.Shape.AsSpan().SequenceEqual(shape.AsSpan()))
            throw Refused($"tensor '{name}' has the shape {string.Join(" x ", tensor.Shape)}; config.json makes it {string.Join(" x ", shape)}");
        _used.Add(name);
        return tensor;
    }

    private GgufTensorType Type(SafetensorsTensor tensor) => tensor.Type switch
    {
        "F32" => GgufTensorType.Float32,
        "F16" => GgufTensorType.Float16,
        "BF16" => GgufTensorType.BFloat16,
        _ => throw Refused($"tensor '{tensor.Name}' is stored as {tensor.Type}; F32, F16 and BF16 are imported"),
    };

    private static GgufData.Bytes Floats(float[] floats)
    {
        var bytes = new byte[floats.Length * sizeof(float)];
        for (var i = 0; i < floats.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), floats[i]);
        return new(bytes);
    }

    private ModelImportException Refused(string why) => HubConfig.Refused(folder, why);
}
