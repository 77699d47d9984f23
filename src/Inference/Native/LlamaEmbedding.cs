using System.IO.MemoryMappedFiles;

namespace SwarmCompute.Inference;

/// <summary>Token embeddings, read from the model's file as they are needed, whatever form they are stored in.</summary>
internal sealed unsafe class LlamaEmbedding : IEmbedding
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly GgmlTypeTraits* _traits;
    private readonly bool _plain;
    private readonly long _rowBytes;
    private readonly int _rows;

    /// <exception cref="InferenceException">The embeddings are stored in a form that the engine cannot turn into floats.</exception>
    public LlamaEmbedding(GgufMetadata model)
    {
        var tensor = model.Tensor(GgufArchitectures.TokenEmbeddings)!;
        (EmbeddingLength, _rows) = (model.Model.EmbeddingLength, model.Model.VocabularySize);
        _rowBytes = tensor.DataBytes / _rows;
        _plain = tensor.Type == GgufTensorType.Float32;
        _traits = NativeMethods.TypeTraits(tensor.Type.Id);
        if (!_plain && _traits->ToFloat == null) throw new InferenceException($"Embeddings of type {tensor.Type.Name} cannot be read.");
        _file = MemoryMappedFile.CreateFromFile(model.Path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        _view = _file.CreateViewAccessor(tensor.DataAt, tensor.DataBytes, MemoryMappedFileAccess.Read);
    }

    public int EmbeddingLength { get; }

    public void Lookup(ReadOnlySpan<int> tokens, Span<float> hidden)
    {
        if (hidden.Length < (long)tokens.Length * EmbeddingLength)
            throw new ArgumentException($"{tokens.Length} tokens need {(long)tokens.Length * EmbeddingLength} floats, not {hidden.Length}.", nameof(hidden));
        foreach (var token in tokens)
            if (token < 0 || token >= _rows)
                throw new ArgumentOutOfRangeException(nameof(tokens), token, $"Token {token} does not exist; there are {_rows}.");

        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        try
        {
            for (var i = 0; i < tokens.Length; i++)
                Row(start + _view.PointerOffset + tokens[i] * _rowBytes, hidden.Slice(i * EmbeddingLength, EmbeddingLength));
        }
        finally
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
        }
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }

    private void Row(byte* row, Span<float> hidden)
    {
        if (_plain) new ReadOnlySpan<float>(row, EmbeddingLength).CopyTo(hidden);
        else fixed (float* destination = hidden) _traits->ToFloat(row, destination, EmbeddingLength);
    }
}
