namespace SwarmCompute.Inference;

/// <summary>
/// How many rows (tokens) the engine may be given at once so that the bits of each row depend on its own sequence alone.
/// </summary>
/// <param name="RowsMin">Fewer rows take another way through the engine, with other roundings: a call with fewer is filled up.</param>
/// <param name="RowsMax">More rows take another way, too: a call with more is cut.</param>
/// <param name="SharesContext">Whether sequences may share a context, and so a batch.</param>
/// <remarks>
/// llama.cpp's processor back end, v0.5.0 (read in ops.cpp and sgemm.cpp, and tried at every start by <see cref="BatchProbe"/>): flash attention
/// goes through a row's own cells in their order, whatever else is in the cache, for 2 to 63 rows; one row of 512 cells and more is divided among
/// threads, and 64 rows go tile by tile. Matrices of f32, f16 and bf16 are multiplied by another kernel for one row than for several.
/// </remarks>
internal readonly record struct BatchRule(int RowsMin, int RowsMax, bool SharesContext)
{
    /// <summary>Rows that flash attention takes one by one.</summary>
    public const int ExactRowsMax = 63;

    /// <summary>Sequences share nothing: the only rule for an engine whose rows depend on each other.</summary>
    public static BatchRule Alone(StageLoadOptions options) => new(1, options.PrefillTokensMax, SharesContext: false);

    /// <summary>
    /// The rules that are worth trying, best first. One row alone is worth it where no matrix is of floats, and where there is one thread.
    /// </summary>
    public static BatchRule[] Shared(StageLoadOptions options, GgufMetadata stage) => options.Threads == 1 && !stage.Tensors.Any(IsFloatMatrix)
        ? [new(1, ExactRowsMax, true), new(2, ExactRowsMax, true)]
        : [new(2, ExactRowsMax, true)];

    private static bool IsFloatMatrix(GgufTensor tensor) =>
        tensor.Dimensions.Length > 1 && tensor.Type.BlockElements == 1 && (tensor.Name != GgufArchitectures.TokenEmbeddings || tensor.Dimensions[^1] > GgufSlicer.PlaceholderTokens);
}
