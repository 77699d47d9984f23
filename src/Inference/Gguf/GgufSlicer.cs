using System.Buffers.Binary;
using System.Collections.Immutable;
using Microsoft.Win32.SafeHandles;

namespace SwarmCompute.Inference;

/// <summary>
/// Cuts one stage out of a model: a GGUF file of its own that llama.cpp loads as a small model which is fed hidden states.
/// It has the model's settings, the stage's layers numbered from 0, and no tokenizer. The last stage has the final norm and
/// the head, which stands where the token embeddings would (llama.cpp then uses it for both, and it is never asked for
/// embeddings); the others have placeholders of zeros there, with a vocabulary of 32, and stop before using them.
/// </summary>
public static class GgufSlicer
{
    /// <summary>Rows of the embeddings of a stage that does not end its model: they are never used.</summary>
    internal const int PlaceholderTokens = 32;

    /// <summary>Writes the file of one stage; it appears whole or not at all, and replaces one of the same name.</summary>
    /// <param name="modelPath">The whole model.</param>
    /// <param name="stagePath">The stage's file.</param>
    /// <param name="layers">The layers of the stage.</param>
    /// <param name="last">Whether the stage ends the model; so it must be exactly where the range does.</param>
    /// <exception cref="InvalidGgufException">The model's file cannot be used; see <see cref="GgufFile.Read"/>.</exception>
    /// <exception cref="ArgumentException">The range is not within the model, or last contradicts it.</exception>
    /// <exception cref="IOException">The stage's file cannot be written.</exception>
    public static void WriteStage(string modelPath, string stagePath, LayerRange layers, bool last) =>
        Cut(modelPath, layers, last, writer => writer.WriteTo(stagePath));

    /// <summary>Writes one stage into an open file: one that has no name, and so is gone when it is closed.</summary>
    /// <param name="modelPath">The whole model.</param>
    /// <param name="stage">An empty file; stays open.</param>
    /// <param name="layers">The layers of the stage.</param>
    /// <param name="last">Whether the stage ends the model; so it must be exactly where the range does.</param>
    /// <exception cref="InvalidGgufException">The model's file cannot be used; see <see cref="GgufFile.Read"/>.</exception>
    /// <exception cref="ArgumentException">The range is not within the model, or last contradicts it.</exception>
    /// <exception cref="IOException">The stage's file cannot be written.</exception>
    public static void WriteStage(string modelPath, FileStream stage, LayerRange layers, bool last) =>
        Cut(modelPath, layers, last, writer => writer.WriteTo(stage));

    private static void Cut(string modelPath, LayerRange layers, bool last, Action<GgufWriter> write)
    {
        var model = GgufFile.Read(modelPath);
        if (model.Stage is not null) throw new InvalidGgufException($"{modelPath} is a stage already; give the whole model's file.");
        if (layers.First < 0 || layers.Count < 1 || layers.End > model.Model.Layers)
            throw new ArgumentException($"Layers {layers.First} to {layers.End} are not within the model's {model.Model.Layers}.", nameof(layers));
        if (last != (layers.End == model.Model.Layers))
            throw new ArgumentException($"The stage that ends with layer {layers.End} of {model.Model.Layers} is {(last ? "not " : "")}the last.", nameof(last));

        using var file = File.OpenHandle(modelPath);
        var writer = new GgufWriter();
        AddSettings(writer, model, file, layers, last);
        AddShared(writer, model, file, last);
        foreach (var tensor in model.Tensors)
            if (tensor.Layer is { } layer && layer >= layers.First && layer < layers.End)
                writer.AddTensor(tensor.NameInLayer(layer - layers.First), tensor.Type, tensor.Dimensions, Data(file, tensor));
        write(writer);
    }

    private static void AddSettings(GgufWriter writer, GgufMetadata model, SafeFileHandle file, LayerRange layers, bool last)
    {
        var architecture = model.Model.Architecture;
        string layerCount = $"{architecture}.block_count", vocabularySize = $"{architecture}.vocab_size";
        foreach (var entry in model.Entries)
        {
            if (entry.Key == layerCount || entry.Key == vocabularySize || entry.Key == "general.alignment"
                || entry.Key.StartsWith("tokenizer.", StringComparison.Ordinal))
                continue;
            writer.Add(entry.Key, entry.Type, IsPerLayer(entry, architecture) ? Cut(entry, layers) : new GgufData.Copy(file, entry.ValueAt, entry.ValueBytes));
        }
        writer.Add(layerCount, (uint)layers.Count);
        writer.Add(vocabularySize, last ? (uint)model.Model.VocabularySize : PlaceholderTokens);
        writer.Add("tokenizer.ggml.model", "none");
        writer.Add(GgufStageMark.FirstKey, (uint)layers.First);
        writer.Add(GgufStageMark.LastKey, last);
    }

    private static void AddShared(GgufWriter writer, GgufMetadata model, SafeFileHandle file, bool last)
    {
        var embeddings = model.Tensor(GgufArchitectures.TokenEmbeddings)!;
        var norm = model.Tensor(GgufArchitectures.FinalNorm)!;
        if (last)
        {
            var head = model.Tensor(GgufArchitectures.Head) ?? embeddings;
            writer.AddTensor(embeddings.Name, head.Type, head.Dimensions, Data(file, head));
            writer.AddTensor(norm.Name, norm.Type, norm.Dimensions, Data(file, norm));
        }
        else
        {
            long length = model.Model.EmbeddingLength;
            writer.AddTensor(embeddings.Name, GgufTensorType.Float16, [length, PlaceholderTokens],
                new GgufData.Zeros(length * PlaceholderTokens * GgufTensorType.Float16.BlockBytes));
            writer.AddTensor(norm.Name, norm.Type, norm.Dimensions, new GgufData.Zeros(norm.DataBytes));
        }
        foreach (var tensor in model.Tensors)
        {
            if (tensor.Layer is not null || tensor == embeddings || tensor == norm || tensor.Name == GgufArchitectures.Head) continue;
            if (last || tensor.Name.StartsWith("rope_", StringComparison.Ordinal)) writer.AddTensor(tensor.Name, tensor.Type, tensor.Dimensions, Data(file, tensor));
        }
    }

    private static bool IsPerLayer(GgufEntry entry, string architecture) =>
        entry.Type == GgufValueType.Array && entry.Key.StartsWith($"{architecture}.", StringComparison.Ordinal)
        && GgufArchitectures.PerLayer.Contains(entry.Key[(architecture.Length + 1)..]);

    /// <summary>The part of an array with a number for each layer that belongs to these.</summary>
    private static GgufData.Bytes Cut(GgufEntry entry, LayerRange layers)
    {
        var bytes = new byte[sizeof(uint) + sizeof(ulong) + layers.Count * sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)GgufValueType.UInt32);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(sizeof(uint)), (ulong)layers.Count);
        for (var i = 0; i < layers.Count; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(sizeof(uint) + sizeof(ulong) + i * sizeof(uint)), (uint)entry.Integers[layers.First + i]);
        return new(bytes);
    }

    private static GgufData.Copy Data(SafeFileHandle file, GgufTensor tensor) => new(file, tensor.DataAt, tensor.DataBytes);
}
