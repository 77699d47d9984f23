namespace SwarmCompute.Inference;

/// <summary>The model's token embeddings: what the head feeds to the first stage. Thread-safe.</summary>
public interface IEmbedding : IDisposable
{
    /// <summary>Floats for each token.</summary>
    int EmbeddingLength { get; }

    /// <summary>Writes the embedding of each token, one after the other.</summary>
    /// <param name="tokens">Token ids.</param>
    /// <param name="hidden">Receives tokens.Length * EmbeddingLength floats.</param>
    /// <exception cref="ArgumentOutOfRangeException">No such token.</exception>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    void Lookup(ReadOnlySpan<int> tokens, Span<float> hidden);
}
