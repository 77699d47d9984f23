namespace SwarmCompute.Inference;

/// <summary>A matrix in a mapped file, as it is stored there; a row becomes floats when it is needed.</summary>
/// <param name="start">The first row, in memory that stays mapped while the matrix is used.</param>
/// <param name="type">One of <see cref="IsReadable"/>.</param>
/// <param name="columns">Length of a row: what goes in.</param>
/// <param name="rows">Rows: what comes out.</param>
internal sealed unsafe class WeightMatrix(byte* start, GgufTensorType type, int columns, int rows)
{
    private readonly long _rowBytes = (long)columns / type.BlockElements * type.BlockBytes;

    public int Columns => columns;

    public int Rows => rows;

    /// <summary>Whether this program turns a type into floats itself.</summary>
    public static bool IsReadable(GgufTensorType type) =>
        type == GgufTensorType.Float32 || type == GgufTensorType.Float16 || type == GgufTensorType.BFloat16 || type == GgufTensorType.Block8;

    /// <summary>
    /// Multiplies with each of several vectors, each by itself. A row is turned into floats once for all of them.
    /// </summary>
    /// <param name="vectors">count * Columns floats.</param>
    /// <param name="count">How many vectors.</param>
    /// <param name="results">Receives count * Rows floats.</param>
    /// <param name="scratch">At least Columns floats, which are overwritten.</param>
    public void Multiply(ReadOnlySpan<float> vectors, int count, Span<float> results, Span<float> scratch)
    {
        for (var row = 0; row < rows; row++)
        {
            var weights = Row(row, scratch);
            for (var i = 0; i < count; i++) results[i * rows + row] = FloatMath.Dot(weights, vectors.Slice(i * columns, columns));
        }
    }

    /// <summary>A row as floats: where it lies, or in the scratch.</summary>
    public ReadOnlySpan<float> Row(int row, Span<float> scratch)
    {
        var at = start + row * _rowBytes;
        if (type == GgufTensorType.Float32) return new(at, columns);
        var floats = scratch[..columns];
        if (type == GgufTensorType.Float16) FloatMath.FromHalves(new(at, columns), floats);
        else if (type == GgufTensorType.BFloat16) FloatMath.FromBFloats(new(at, columns), floats);
        else FloatMath.FromBlocks(new(at, (int)_rowBytes), floats);
        return floats;
    }
}
