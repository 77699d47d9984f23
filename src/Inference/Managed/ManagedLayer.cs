namespace SwarmCompute.Inference;

/// <summary>The weights of one layer.</summary>
/// <param name="HeadsKv">Heads of keys and values; each serves as many heads of queries as divide evenly.</param>
/// <param name="AttentionNorm">Norm before the attention.</param>
/// <param name="Query">Makes the queries.</param>
/// <param name="Key">Makes the keys.</param>
/// <param name="Value">Makes the values.</param>
/// <param name="QueryNorm">Norm of each head of queries, where the architecture has one.</param>
/// <param name="KeyNorm">Norm of each head of keys, where the architecture has one.</param>
/// <param name="Output">Mixes the heads' results.</param>
/// <param name="ForwardNorm">Norm before the feed-forward part.</param>
/// <param name="Gate">Opens and closes what goes up.</param>
/// <param name="Up">To the inner width.</param>
/// <param name="Down">And back.</param>
internal sealed record ManagedLayer(
    int HeadsKv, float[] AttentionNorm, WeightMatrix Query, WeightMatrix Key, WeightMatrix Value, float[]? QueryNorm, float[]? KeyNorm,
    WeightMatrix Output, float[] ForwardNorm, WeightMatrix Gate, WeightMatrix Up, WeightMatrix Down);
