using SwarmCompute.Trainer.Model;
using SwarmCompute.Trainer.Tokens;

namespace SwarmCompute.Trainer.Gguf;

/// <summary>A model as one GGUF file of architecture "llama" with its tokenizer, which stock llama.cpp loads.</summary>
internal static class TaleFile
{
    private const uint MostlyF16 = 1;
    private const int NormalToken = 1;
    private const int ControlToken = 3;

    // llama.cpp recognises the "vicuna" form by its two speakers; programs with a Jinja engine run it as it stands.
    private const string ChatTemplate =
        "{% for message in messages %}{% if message['role'] == 'user' %}USER: {{ message['content'] }}\n"
        + "{% elif message['role'] == 'assistant' %}ASSISTANT: {{ message['content'] }}</s>\n{% endif %}{% endfor %}"
        + "{% if add_generation_prompt %}ASSISTANT:{% endif %}";

    /// <summary>Writes beside the target and then moves, so that a reader never sees half a file.</summary>
    public static void Save(string path, TaleWeights weights, Vocabulary vocabulary)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) Directory.CreateDirectory(folder);
        var partial = path + ".part";
        using (var writer = Compose(weights, vocabulary))
        using (var stream = File.Create(partial))
            writer.WriteTo(stream);
        File.Move(partial, path, overwrite: true);
    }

    /// <summary>Reads a file that <see cref="Save"/> wrote. The caller disposes the weights.</summary>
    public static (TaleWeights Weights, Vocabulary Vocabulary) Load(string path)
    {
        using var stream = File.OpenRead(path);
        using var file = new GgufReader(stream);
        var merges = file.Get<string[]>("tokenizer.ggml.merges").Select(m => m.Split(' ')).Select(m => (m[0], m[1]));
        var weights = new TaleWeights(ShapeOf(file));
        foreach (var slot in weights.Slots) file.Tensor(slot.Name, weights.Values.Span.Slice(slot.Offset, slot.Length));
        return (weights, new Vocabulary([.. merges]));
    }

    private static TaleShape ShapeOf(GgufReader file)
    {
        int Size(string key) => (int)file.Get<uint>("llama." + key);
        return new TaleShape(Size("vocab_size"), Size("embedding_length"), Size("block_count"), Size("attention.head_count"),
            Size("attention.head_count_kv"), Size("feed_forward_length"), Size("context_length"));
    }

    private static GgufWriter Compose(TaleWeights weights, Vocabulary vocabulary)
    {
        var writer = new GgufWriter();
        Describe(writer, weights.Shape);
        Tokenizer(writer, vocabulary);
        foreach (var slot in weights.Slots)
            writer.Tensor(slot.Name, slot.Rows, slot.Columns, weights.Values.Span.Slice(slot.Offset, slot.Length));
        return writer;
    }

    private static void Describe(GgufWriter writer, TaleShape shape) => writer
        .Text("general.architecture", "llama")
        .Text("general.name", "Swarm Tales")
        .Text("general.description", "A very small model that tells small tales; trained from nothing on generated stories.")
        .Text("general.license", "apache-2.0")
        .Number("general.file_type", MostlyF16)
        .Number("llama.vocab_size", (uint)shape.Vocabulary)
        .Number("llama.context_length", (uint)shape.Context)
        .Number("llama.embedding_length", (uint)shape.Width)
        .Number("llama.block_count", (uint)shape.Layers)
        .Number("llama.feed_forward_length", (uint)shape.FeedForward)
        .Number("llama.attention.head_count", (uint)shape.Heads)
        .Number("llama.attention.head_count_kv", (uint)shape.KvHeads)
        .Number("llama.rope.dimension_count", (uint)shape.HeadWidth)
        .Real("llama.rope.freq_base", TaleShape.RopeBase)
        .Real("llama.attention.layer_norm_rms_epsilon", TaleShape.NormEpsilon);

    private static void Tokenizer(GgufWriter writer, Vocabulary vocabulary) => writer
        .Text("tokenizer.ggml.model", "gpt2")
        .Text("tokenizer.ggml.pre", "gpt-2")
        .Texts("tokenizer.ggml.tokens", vocabulary.Tokens)
        .Integers("tokenizer.ggml.token_type", [.. vocabulary.Tokens.Select((_, id) => id <= Vocabulary.End ? ControlToken : NormalToken)])
        .Texts("tokenizer.ggml.merges", [.. vocabulary.Merges.Select(m => $"{m.Left} {m.Right}")])
        .Number("tokenizer.ggml.bos_token_id", Vocabulary.Begin)
        .Number("tokenizer.ggml.eos_token_id", Vocabulary.End)
        .Flag("tokenizer.ggml.add_bos_token", true)
        .Flag("tokenizer.ggml.add_eos_token", false)
        .Text("tokenizer.chat_template", ChatTemplate);
}
