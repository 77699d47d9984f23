namespace SwarmCompute.Inference;

/// <summary>What a layer needs.</summary>
/// <param name="Bytes">Its weights: 1 to 2^48.</param>
/// <param name="ActiveBytes">Of those, what one token reads: less than all where a token meets some of many experts. 1 to <paramref name="Bytes"/>.</param>
/// <param name="KvBytesPerToken">Keys and values of one token, in halves as the engine keeps them: 0 to 2^20.</param>
public readonly record struct PlannedLayer(long Bytes, long ActiveBytes, long KvBytesPerToken)
{
    /// <summary>Weights that one token meets; 0 where nobody counted them.</summary>
    public long ActiveWeights { get; init; }
}
