namespace SwarmCompute.Inference;

/// <summary>
/// Makes one GGUF file, which can be run in stages, of a model as it is published: a folder with config.json, tokenizer.json,
/// tokenizer_config.json and safetensors, or a GGUF file. Numbers stay in the form that they are stored in. Memory does not grow with the model.
/// </summary>
public static class ModelImport
{
    private const int CopyBytes = 1 << 20;

    /// <summary>Imports a model; the file appears whole or not at all, and only when it can be run.</summary>
    /// <param name="source">The folder, or the GGUF file.</param>
    /// <param name="modelPath">The file to write; there must be none yet.</param>
    /// <exception cref="ModelImportException">The model is of a kind that is not imported, or damaged.</exception>
    /// <exception cref="InvalidGgufException">The GGUF file cannot be run.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public static GgufMetadata Import(string source, string modelPath)
    {
        if (Path.Exists(modelPath)) throw new ModelImportException($"{modelPath} exists already; remove it, or give another name.");
        if (Directory.Exists(source)) Convert(source, modelPath);
        else if (File.Exists(source)) Copy(source, modelPath);
        else throw new ModelImportException($"There is no {source}; give a folder with a model's config.json and safetensors, or a GGUF file.");
        return GgufFile.Read(modelPath);
    }

    private static void Copy(string source, string modelPath)
    {
        if (GgufFile.Read(source).Stage is not null) throw new ModelImportException($"{source} is a stage of a model; give the whole model's file.");
        WholeFile.Write(modelPath, overwrite: false, stream =>
        {
            using var from = new FileStream(source, FileMode.Open, FileAccess.Read, FileShare.Read, CopyBytes, FileOptions.SequentialScan);
            from.CopyTo(stream, CopyBytes);
        }, Check);
    }

    private static void Convert(string folder, string modelPath)
    {
        var config = HubConfig.Read(folder);
        var tokenizer = HubTokenizer.Read(folder, config.Vocabulary);
        var settings = HubTokenizerSettings.Read(folder, tokenizer);
        using var tensors = SafetensorsModel.Open(folder);
        var writer = new GgufWriter();
        AddSettings(writer, config, Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))));
        AddTokenizer(writer, tokenizer, settings);
        new HubTensors(tensors, config, folder).AddTo(writer);
        writer.WriteNew(modelPath, Check);
    }

    private static void AddSettings(GgufWriter writer, HubConfig config, string name)
    {
        var architecture = config.Architecture;
        writer.Add("general.architecture", architecture);
        writer.Add("general.name", name);
        writer.Add($"{architecture}.block_count", (uint)config.Layers);
        writer.Add($"{architecture}.context_length", (uint)config.ContextTokens);
        writer.Add($"{architecture}.embedding_length", (uint)config.Width);
        writer.Add($"{architecture}.feed_forward_length", (uint)config.Inner);
        writer.Add($"{architecture}.attention.head_count", (uint)config.Heads);
        writer.Add($"{architecture}.attention.head_count_kv", (uint)config.HeadsKv);
        writer.Add($"{architecture}.attention.key_length", (uint)config.HeadLength);
        writer.Add($"{architecture}.attention.value_length", (uint)config.HeadLength);
        writer.Add($"{architecture}.attention.layer_norm_rms_epsilon", config.NormEpsilon);
        writer.Add($"{architecture}.rope.dimension_count", (uint)config.HeadLength);
        writer.Add($"{architecture}.rope.freq_base", (float)config.RopeBase);
        writer.Add($"{architecture}.vocab_size", (uint)config.Vocabulary);
        if (config.Scaling is not { ByWavelength: false } scaling) return;
        writer.Add($"{architecture}.rope.scaling.type", "linear");
        writer.Add($"{architecture}.rope.scaling.factor", (float)scaling.Factor);
    }

    private static void AddTokenizer(GgufWriter writer, HubTokenizer tokenizer, HubTokenizerSettings settings)
    {
        writer.Add("tokenizer.ggml.model", "gpt2");
        writer.Add("tokenizer.ggml.pre", tokenizer.SplitAs);
        writer.Add("tokenizer.ggml.tokens", [.. tokenizer.Tokens.Select((token, id) => token ?? $"[PAD{id}]")]);
        writer.Add("tokenizer.ggml.token_type", tokenizer.Kinds);
        writer.Add("tokenizer.ggml.merges", tokenizer.Merges.ToArray());
        if (settings.Begin is { } begin) writer.Add("tokenizer.ggml.bos_token_id", (uint)begin);
        if (settings.End is { } end) writer.Add("tokenizer.ggml.eos_token_id", (uint)end);
        if (settings.EndOfTurn is { } turn) writer.Add("tokenizer.ggml.eot_token_id", (uint)turn);
        writer.Add("tokenizer.ggml.add_bos_token", settings.AddBegin);
        if (settings.ChatTemplate is { } template) writer.Add("tokenizer.chat_template", template);
    }

    /// <summary>The last judgement of what was written, before it gets its name.</summary>
    private static void Check(string temporary)
    {
        try
        {
            GgufFile.Read(temporary);
        }
        catch (InvalidGgufException refusal)
        {
            throw new ModelImportException($"The model cannot be run in stages once it is imported: {refusal.Message}", refusal);
        }
    }
}
