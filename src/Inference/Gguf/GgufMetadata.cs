using System.Collections.Immutable;

namespace SwarmCompute.Inference;

/// <summary>A GGUF file that was read and checked: what it says, and where its tensors lie.</summary>
public sealed class GgufMetadata
{
    /// <summary>What is said where there is no <see cref="Pooling"/>.</summary>
    internal const string NoPooling = "The model makes no embeddings: its file names a pooling_type other than none, mean, first and last.";

    internal GgufMetadata(string path, GgufModelInfo model, GgufStageMark? stage, ImmutableArray<GgufEntry> entries, ImmutableArray<GgufTensor> tensors)
    {
        (Path, Model, Stage, Entries, Tensors) = (path, model, stage, entries, tensors);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The model; of a stage's file, that of its layers alone.</summary>
    public GgufModelInfo Model { get; }

    /// <summary>Whether the file has a tokenizer; a stage's has none.</summary>
    public bool HasTokenizer => Find(GgufEntry.VocabularyKey) is not null;

    /// <summary>Whether the file is a stage, cut out of a model.</summary>
    public bool IsStage => Stage is not null;

    /// <summary>In which forms tensors are stored, as ggml names them: "f32", "q8_0"; each once, in the order of their numbers.</summary>
    public ImmutableArray<string> TensorTypes => [.. Tensors.Select(tensor => tensor.Type).Distinct().OrderBy(type => type.Id).Select(type => type.Name)];

    /// <summary>Which part of a model this is, where the file was written by <see cref="GgufSlicer"/>; else null.</summary>
    internal GgufStageMark? Stage { get; }

    internal ImmutableArray<GgufEntry> Entries { get; }

    internal ImmutableArray<GgufTensor> Tensors { get; }

    /// <summary>How the model pools the states of a text. Null where it is made for something else than vectors of texts (it ranks pairs).</summary>
    internal PoolingKind? Pooling => Find($"{Model.Architecture}.pooling_type") switch
    {
        null or { Integers: [0] } => PoolingKind.Mean,
        { Integers: [var kind and >= (long)PoolingKind.Mean and <= (long)PoolingKind.Last] } => (PoolingKind)kind,
        _ => null,
    };

    internal GgufEntry? Find(string key) => Entries.FirstOrDefault(entry => entry.Key == key);

    internal GgufTensor? Tensor(string name) => Tensors.FirstOrDefault(tensor => tensor.Name == name);
}
