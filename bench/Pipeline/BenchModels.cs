using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.InteropServices;
using SwarmCompute.Inference;

namespace SwarmCompute.Bench;

/// <summary>
/// Writes models with random weights, and keeps them: the real form of an architecture, no sense and no tokenizer. The same shape gives the same
/// file. Embeddings are small, or a model whose head is tied to them would say the last token again and again.
/// </summary>
internal static class BenchModels
{
    private const int Seed = 1, ContextTokens = 4096, TableSize = 1 << 12;
    private const double EmbeddingScale = 0.05;

    /// <summary>The file of a model, which is written where it is not there yet.</summary>
    public static string Ensure(BenchModel model, string folder)
    {
        var path = Path.Combine(Directory.CreateDirectory(folder).FullName, $"{model.Name}.gguf");
        if (File.Exists(path)) return path;
        Console.Error.WriteLine($"Writing {path}");
        var began = Stopwatch.GetTimestamp();
        Write(model, path);
        Console.Error.WriteLine($"{new FileInfo(path).Length / 1_000_000} MB in {Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s");
        return path;
    }

    /// <summary>The files of a model's stages, in order; the whole model's where there is one stage.</summary>
    public static string[] EnsureStages(string model, int stages)
    {
        if (stages == 1) return [model];
        var ranges = LayerRange.Split(GgufFile.Read(model).Model.Layers, stages);
        var paths = ranges.Select((_, slot) => Path.ChangeExtension(model, $"{slot}-of-{stages}.gguf")).ToArray();
        for (var slot = 0; slot < stages; slot++)
            if (!File.Exists(paths[slot])) GgufSlicer.WriteStage(model, paths[slot], ranges[slot], last: slot == stages - 1);
        return paths;
    }

    /// <summary>The files of stages with these layers, which end the model.</summary>
    public static string[] EnsureStages(string model, LayerRange[] layers)
    {
        var paths = layers.Select(range => Path.ChangeExtension(model, $"{range.First}-to-{range.End}.gguf")).ToArray();
        for (var slot = 0; slot < layers.Length; slot++)
            if (!File.Exists(paths[slot])) GgufSlicer.WriteStage(model, paths[slot], layers[slot], last: slot == layers.Length - 1);
        return paths;
    }

    private static void Write(BenchModel model, string path)
    {
        var (writer, random) = (new GgufWriter(), new Random(Seed));
        AddSettings(writer, model);
        AddMatrix(writer, random, model, "token_embd.weight", EmbeddingScale, model.Width, model.Vocabulary);
        AddOnes(writer, "output_norm.weight", model.Width);
        for (var layer = 0; layer < model.Layers; layer++) AddLayer(writer, random, model, $"blk.{layer}.");
        writer.WriteTo(path);
    }

    private static void AddSettings(GgufWriter writer, BenchModel model)
    {
        var architecture = model.Architecture;
        writer.Add("general.architecture", architecture);
        writer.Add("general.name", model.Name);
        writer.Add($"{architecture}.block_count", (uint)model.Layers);
        writer.Add($"{architecture}.context_length", (uint)ContextTokens);
        writer.Add($"{architecture}.embedding_length", (uint)model.Width);
        writer.Add($"{architecture}.feed_forward_length", (uint)model.FeedForward);
        writer.Add($"{architecture}.attention.head_count", (uint)model.Heads);
        writer.Add($"{architecture}.attention.head_count_kv", (uint)model.HeadsKv);
        writer.Add($"{architecture}.attention.layer_norm_rms_epsilon", 1e-5f);
        writer.Add($"{architecture}.rope.dimension_count", (uint)(model.Width / model.Heads));
        writer.Add($"{architecture}.vocab_size", (uint)model.Vocabulary);
        writer.Add("tokenizer.ggml.model", "none");
    }

    private static void AddLayer(GgufWriter writer, Random random, BenchModel model, string layer)
    {
        var (width, forward, headLength) = (model.Width, model.FeedForward, model.Width / model.Heads);
        AddOnes(writer, layer + "attn_norm.weight", width);
        AddOnes(writer, layer + "ffn_norm.weight", width);
        if (model.Architecture == "qwen3")
        {
            AddOnes(writer, layer + "attn_q_norm.weight", headLength);
            AddOnes(writer, layer + "attn_k_norm.weight", headLength);
        }
        AddMatrix(writer, random, model, layer + "attn_q.weight", 1, width, width);
        AddMatrix(writer, random, model, layer + "attn_k.weight", 1, width, headLength * model.HeadsKv);
        AddMatrix(writer, random, model, layer + "attn_v.weight", 1, width, headLength * model.HeadsKv);
        AddMatrix(writer, random, model, layer + "attn_output.weight", 1, width, width);
        AddMatrix(writer, random, model, layer + "ffn_gate.weight", 1, width, forward);
        AddMatrix(writer, random, model, layer + "ffn_up.weight", 1, width, forward);
        AddMatrix(writer, random, model, layer + "ffn_down.weight", 1, forward, width);
    }

    private static void AddMatrix(GgufWriter writer, Random random, BenchModel model, string name, double scale, int columns, int rows)
    {
        var type = GgufTensorType.All.Values.Single(type => type.Name == model.Stored);
        var bytes = new byte[(long)columns * rows / type.BlockElements * type.BlockBytes];
        random.NextBytes(bytes);
        var spread = scale / Math.Sqrt(columns);
        if (model.Stored == "f16") MakeHalves(bytes, spread);
        else MakeBlocks(bytes, type.BlockBytes, spread);
        writer.AddTensor(name, type, [columns, rows], new GgufData.Bytes(bytes));
    }

    /// <summary>Random bytes become halves of a normal distribution.</summary>
    private static void MakeHalves(Span<byte> bytes, double spread)
    {
        var random = new Random(Seed);
        var table = new ushort[TableSize];
        foreach (ref var entry in table.AsSpan())
            entry = BitConverter.HalfToUInt16Bits((Half)(spread * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())));
        foreach (ref var half in MemoryMarshal.Cast<byte, ushort>(bytes)) half = table[half % TableSize];
    }

    /// <summary>Any bytes are a block of q4_0 but for its scale, a half at its start: 15/sqrt(12) numbers of it are the spread. Its sign is random.</summary>
    private static void MakeBlocks(Span<byte> bytes, int blockBytes, double spread)
    {
        var scale = (Half)(spread / 4.6);
        for (var at = 0; at < bytes.Length; at += blockBytes)
            BinaryPrimitives.WriteHalfLittleEndian(bytes[at..], (bytes[at] & 1) == 0 ? scale : -scale);
    }

    private static void AddOnes(GgufWriter writer, string name, int length)
    {
        var ones = new float[length];
        Array.Fill(ones, 1f);
        writer.AddTensor(name, GgufTensorType.Float32, [length], new GgufData.Bytes(MemoryMarshal.AsBytes(ones.AsSpan()).ToArray()));
    }
}
