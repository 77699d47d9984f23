namespace SwarmCompute.Inference;

/// <summary>Token embeddings that are turned into floats here, without llama.cpp.</summary>
internal sealed class ManagedEmbedding : IEmbedding
{
    private readonly WeightFile _weights;
    private readonly WeightMatrix _table;

    /// <exception cref="InferenceException">The embeddings are stored in a form that is not read here.</exception>
    public ManagedEmbedding(GgufMetadata model)
    {
        _weights = new(model);
        try
        {
            _table = _weights.Matrix(GgufArchitectures.TokenEmbeddings, model.Model.EmbeddingLength, model.Model.VocabularySize);
        }
        catch
        {
            _weights.Dispose();
            throw;
        }
    }

    public int EmbeddingLength => _table.Columns;

    public unsafe void Lookup(ReadOnlySpan<int> tokens, Span<float> hidden)
    {
        if (hidden.Length < (long)tokens.Length * EmbeddingLength)
            throw new ArgumentException($"{tokens.Length} tokens need {(long)tokens.Length * EmbeddingLength} floats, not {hidden.Length}.", nameof(hidden));
        foreach (var token in tokens)
            if (token < 0 || token >= _table.Rows)
                throw new ArgumentOutOfRangeException(nameof(tokens), token, $"Token {token} does not exist; there are {_table.Rows}.");
        _weights.Hold();
        try
        {
            for (var i = 0; i < tokens.Length; i++)
            {
                var row = hidden.Slice(i * EmbeddingLength, EmbeddingLength);
                var floats = _table.Row(tokens[i], row);
                if (floats != row) floats.CopyTo(row);
            }
        }
        finally
        {
            _weights.Release();
        }
    }

    public void Dispose() => _weights.Dispose();
}
