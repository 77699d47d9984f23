using System.Collections.Frozen;

namespace SwarmCompute.Inference;

/// <summary>
/// How many rows (tokens) the engine may be given at once so that the bits of each row depend on its own sequence alone.
/// </summary>
/// <param name="RowsMin">Fewer rows take another way through the engine, with other roundings: a call with fewer is filled up.</param>
/// <param name="RowsMax">More rows take another way, too: a call with more is cut.</param>
/// <param name="RowsStep">Rows that are multiplied together: where more than one are left over, it is faster to fill them up to as many.</param>
/// <param name="SharesContext">Whether sequences may share a context, and so a batch.</param>
/// <remarks>
/// llama.cpp's processor back end, v0.5.0 (read in ops.cpp and sgemm.cpp, and tried at every start by <see cref="BatchProbe"/>): flash attention
/// goes through a row's own cells in their order, whatever else is in the cache, for 2 to 63 rows; one row of 512 cells and more is divided among
/// threads, and 64 rows go tile by tile. Matrices of f32, f16 and bf16 are multiplied by another kernel for one row than for several.
/// </remarks>
internal readonly record struct BatchRule(int RowsMin, int RowsMax, int RowsStep, bool SharesContext)
{
    /// <summary>Rows that flash attention takes one by one.</summary>
    private const int ExactRowsMax = 63;

    private const int RepackedRows = 4;

    /// <summary>Types whose matrices are packed anew for the processor: four rows together cost little more than one (repack.cpp).</summary>
    private static readonly FrozenSet<string> Repacked = new[] { "q4_0", "q4_K", "q2_K", "iq4_nl" }.ToFrozenSet();

    /// <summary>Sequences share nothing: the only rule for an engine whose rows depend on each other.</summary>
    public static BatchRule Alone(StageLoadOptions options) => new(1, options.PrefillTokensMax, 1, SharesContext: false);

    /// <summary>
    /// The rules that are worth trying, best first. One row alone is worth it where no matrix is of floats, and where there is one thread.
    /// </summary>
    public static BatchRule[] Shared(StageLoadOptions options, GgufMetadata stage)
    {
        var step = stage.Tensors.Count(IsRepacked) * 2 > stage.Tensors.Count(IsMatrix) ? RepackedRows : 1;
        var two = new BatchRule(2, ExactRowsMax / step * step, step, true);
        return options.Threads == 1 && !stage.Tensors.Any(IsFloatMatrix) ? [two with { RowsMin = 1 }, two] : [two];
    }

    /// <summary>How many rows to add to so many.</summary>
    public int Fill(int rows)
    {
        var least = Math.Max(rows, RowsMin);
        var over = least % RowsStep;
        return least - rows + (over > 1 ? RowsStep - over : 0);
    }

    private static bool IsMatrix(GgufTensor tensor) => tensor.Dimensions.Length > 1;

    private static bool IsRepacked(GgufTensor tensor) => IsMatrix(tensor) && Repacked.Contains(tensor.Type.Name);

    private static bool IsFloatMatrix(GgufTensor tensor) =>
        IsMatrix(tensor) && tensor.Type.BlockElements == 1 && (tensor.Name != GgufArchitectures.TokenEmbeddings || tensor.Dimensions[^1] > GgufSlicer.PlaceholderTokens);
}
