using System.Buffers.Binary;
using System.Collections.Immutable;

namespace SwarmCompute.Inference.Tests;

/// <summary>
/// Writes a small model with random weights: the real form of its architecture, a vocabulary of bytes and a few words, no sense.
/// The same settings give the same file.
/// </summary>
internal sealed record TinyModel
{
    public const int BeginToken = 1, EndToken = 2, TurnStart = 3, TurnEnd = 4, FirstByte = 5;
    public const string ChatTemplateKnown = "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}";

    private static readonly string[] Words =
        ["▁", "e", "t", "a", "o", "n", "h", "s", "r", "th", "he", "▁t", "▁the", "▁a", "in", "er", "an", "▁and", "nd", "on", "▁w", "▁s", "re", "ing"];

    public string Architecture { get; init; } = "llama";
    public int Layers { get; init; } = 6;
    public int Width { get; init; } = 64;
    public int Heads { get; init; } = 4;
    public int HeadsKv { get; init; } = 2;
    public int FeedForward { get; init; } = 128;
    public int Experts { get; init; }
    public bool TiedHead { get; init; } = true;
    public bool RopeFactors { get; init; }

    /// <summary>Whether settings are given once for each layer (llama.cpp demands that they be equal in these architectures).</summary>
    public bool SettingsPerLayer { get; init; }

    public string? ChatTemplate { get; init; }

    /// <summary>Null for a vocabulary of the Llama 2 kind; else one of the GPT-2 kind, whose texts are split first in this way.</summary>
    public string? SplitAs { get; init; }
    public int Seed { get; init; } = 1;

    /// <summary>How the file says that states are pooled; null where it does not say.</summary>
    public uint? Pooling { get; init; }

    /// <summary>How the large tensors are stored: f32, f16, bf16, q8_0, q4_0 or q4_K.</summary>
    public string Stored { get; init; } = "f32";

    public static int VocabularySize => FirstByte + 256 + Words.Length;

    public void WriteTo(string path)
    {
        var writer = new GgufWriter();
        AddSettings(writer);
        AddTokenizer(writer);
        var random = new Random(Seed);
        Matrix(writer, random, "token_embd.weight", 0.3, Width, VocabularySize);
        Ones(writer, "output_norm.weight", Width);
        if (!TiedHead) Matrix(writer, random, "output.weight", 1, Width, VocabularySize);
        string[] factors = !RopeFactors ? [] : Architecture == "phi3" ? ["rope_factors_long.weight", "rope_factors_short.weight"] : ["rope_freqs.weight"];
        foreach (var name in factors) Vector(writer, name, [.. Enumerable.Range(0, Width / Heads / 2).Select(i => 1f + 0.01f * i * name.Length)]);
        for (var layer = 0; layer < Layers; layer++) AddLayer(writer, random, $"blk.{layer}.");
        writer.WriteTo(path);
    }

    private void AddSettings(GgufWriter writer)
    {
        writer.Add("general.architecture", Architecture);
        writer.Add("general.name", "Tiny");
        writer.Add($"{Architecture}.block_count", (uint)Layers);
        writer.Add($"{Architecture}.context_length", 512u);
        writer.Add($"{Architecture}.embedding_length", (uint)Width);
        if (SettingsPerLayer)
        {
            writer.Add($"{Architecture}.attention.head_count_kv", [.. Enumerable.Range(0, Layers).Select(_ => HeadsKv)]);
            writer.Add($"{Architecture}.feed_forward_length", [.. Enumerable.Range(0, Layers).Select(_ => FeedForward)]);
        }
        else
        {
            writer.Add($"{Architecture}.attention.head_count_kv", (uint)HeadsKv);
            writer.Add($"{Architecture}.feed_forward_length", (uint)FeedForward);
        }
        writer.Add($"{Architecture}.attention.head_count", (uint)Heads);
        writer.Add($"{Architecture}.attention.layer_norm_rms_epsilon", 1e-5f);
        writer.Add($"{Architecture}.rope.dimension_count", (uint)(Width / Heads));
        if (Pooling is { } pooling) writer.Add($"{Architecture}.pooling_type", pooling);
        if (RopeFactors && Architecture == "phi3") writer.Add($"{Architecture}.rope.scaling.original_context_length", 128u);
        if (Experts == 0) return;
        writer.Add($"{Architecture}.expert_count", (uint)Experts);
        writer.Add($"{Architecture}.expert_used_count", 2u);
        writer.Add($"{Architecture}.expert_feed_forward_length", (uint)FeedForward);
    }

    private void AddTokenizer(GgufWriter writer)
    {
        const int Normal = 1, Unknown = 2, Control = 3, Byte = 6;
        string[] special = ["<unk>", "<s>", "</s>", "<|im_start|>", "<|im_end|>"];
        int[] specialTypes = [Unknown, Control, Control, Control, Control];
        string[] tokens = SplitAs is null
            ? [.. special, .. Enumerable.Range(0, 256).Select(b => $"<0x{b:X2}>"), .. Words]
            : [.. special, .. Enumerable.Range(0, 256).Select(ByteLetter), "th", "he", .. Enumerable.Range(2, Words.Length - 2).Select(i => $"unused{i}")];
        writer.Add("tokenizer.ggml.model", SplitAs is null ? "llama" : "gpt2");
        writer.Add("tokenizer.ggml.tokens", tokens);
        writer.Add("tokenizer.ggml.scores", [.. tokens.Select((_, id) => id < FirstByte + 256 ? 0f : -(float)id)]);
        writer.Add("tokenizer.ggml.token_type",
            [.. specialTypes, .. Enumerable.Repeat(SplitAs is null ? Byte : Normal, 256), .. Enumerable.Repeat(Normal, Words.Length)]);
        if (SplitAs is not null)
        {
            writer.Add("tokenizer.ggml.pre", SplitAs);
            writer.Add("tokenizer.ggml.merges", ["t h", "h e"]);
        }
        writer.Add("tokenizer.ggml.bos_token_id", (uint)BeginToken);
        writer.Add("tokenizer.ggml.eos_token_id", (uint)EndToken);
        writer.Add("tokenizer.ggml.unknown_token_id", 0u);
        if (ChatTemplate is not null) writer.Add("tokenizer.chat_template", ChatTemplate);
    }

    /// <summary>The letter that stands for a byte in a vocabulary of the GPT-2 kind.</summary>
    private static string ByteLetter(int value)
    {
        static bool IsLetter(int b) => b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
        return $"{(char)(IsLetter(value) ? value : 256 + Enumerable.Range(0, value).Count(b => !IsLetter(b)))}";
    }

    private void AddLayer(GgufWriter writer, Random random, string layer)
    {
        var (widthKv, forward) = (Width / Heads * HeadsKv, FeedForward);
        Ones(writer, layer + "attn_norm.weight", Width);
        Ones(writer, layer + "ffn_norm.weight", Width);
        Matrix(writer, random, layer + "attn_output.weight", 1, Width, Width);
        if (Architecture == "phi3")
        {
            Matrix(writer, random, layer + "attn_qkv.weight", 1, Width, Width + 2 * widthKv);
            Matrix(writer, random, layer + "ffn_up.weight", 1, Width, 2 * forward);
            Matrix(writer, random, layer + "ffn_down.weight", 1, forward, Width);
            return;
        }
        Matrix(writer, random, layer + "attn_q.weight", 1, Width, Width);
        Matrix(writer, random, layer + "attn_k.weight", 1, Width, widthKv);
        Matrix(writer, random, layer + "attn_v.weight", 1, Width, widthKv);
        if (Architecture == "qwen2")
            foreach (var (name, length) in new[] { ("attn_q.bias", Width), ("attn_k.bias", widthKv), ("attn_v.bias", widthKv) })
                Vector(writer, layer + name, [.. Enumerable.Range(0, length).Select(_ => (float)Normal(random, 0.1))]);
        if (Architecture is "qwen3" or "qwen3moe")
            foreach (var name in new[] { "attn_q_norm.weight", "attn_k_norm.weight" }) Ones(writer, layer + name, Width / Heads);
        var experts = Experts == 0 ? "" : "_exps";
        if (Experts > 0) Matrix(writer, random, layer + "ffn_gate_inp.weight", 1, "f32", Width, Experts);
        long[] many = Experts == 0 ? [] : [Experts];
        Matrix(writer, random, $"{layer}ffn_gate{experts}.weight", 1, Stored, [Width, forward, .. many]);
        Matrix(writer, random, $"{layer}ffn_up{experts}.weight", 1, Stored, [Width, forward, .. many]);
        Matrix(writer, random, $"{layer}ffn_down{experts}.weight", 1, Stored, [forward, Width, .. many]);
    }

    private void Matrix(GgufWriter writer, Random random, string name, double scale, params long[] dimensions) =>
        Matrix(writer, random, name, scale, Stored, dimensions);

    private static void Matrix(GgufWriter writer, Random random, string name, double scale, string stored, params long[] dimensions)
    {
        var type = GgufTensorType.All.Values.Single(type => type.Name == stored);
        var elements = dimensions.Aggregate(1L, (product, length) => product * length);
        var spread = scale * 1.5 / Math.Sqrt(dimensions[0]);
        var bytes = new byte[elements / type.BlockElements * type.BlockBytes];
        for (var at = 0; at < bytes.Length; at += type.BlockBytes) Block(bytes.AsSpan(at, type.BlockBytes), stored, random, spread);
        writer.AddTensor(name, type, [.. dimensions], new GgufData.Bytes(bytes));
    }

    /// <summary>A block of random numbers: any bytes are one, if its scale (a half at its start) is sensible.</summary>
    private static void Block(Span<byte> block, string stored, Random random, double spread)
    {
        if (stored == "f32")
        {
            BinaryPrimitives.WriteSingleLittleEndian(block, (float)Normal(random, spread));
            return;
        }
        if (stored == "f16")
        {
            BinaryPrimitives.WriteHalfLittleEndian(block, (Half)Normal(random, spread));
            return;
        }
        if (stored == "bf16")
        {
            BinaryPrimitives.WriteUInt16LittleEndian(block, (ushort)(BitConverter.SingleToUInt32Bits((float)Normal(random, spread)) >> 16));
            return;
        }
        random.NextBytes(block);
        var scale = stored switch { "q8_0" => spread / 64, "q4_0" => spread / 5, "q4_K" => spread / 200, _ => throw new ArgumentException(stored) };
        BinaryPrimitives.WriteHalfLittleEndian(block, (Half)scale);
        if (stored == "q4_K") BinaryPrimitives.WriteHalfLittleEndian(block[2..], (Half)(spread * 7.5 / 200));
    }

    private static void Ones(GgufWriter writer, string name, int length) => Vector(writer, name, [.. Enumerable.Repeat(1f, length)]);

    private static void Vector(GgufWriter writer, string name, float[] values)
    {
        var bytes = new byte[values.Length * sizeof(float)];
        Buffer.BlockCopy(values, 0, bytes, 0, bytes.Length);
        writer.AddTensor(name, GgufTensorType.Float32, [values.Length], new GgufData.Bytes(bytes));
    }

    /// <summary>A number of a normal distribution (Box and Muller).</summary>
    private static double Normal(Random random, double spread) =>
        spread * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
