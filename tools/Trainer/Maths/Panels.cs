using System.Runtime.Intrinsics;

namespace SwarmCompute.Trainer.Maths;

/// <summary>
/// The right-hand matrix of a product, copied into panels of 32 columns so that the inner loop reads it in order.
/// Reused for many products; the last panel is filled up with zeros.
/// </summary>
internal sealed unsafe class Panels(int floatsMax) : IDisposable
{
    public const int Columns = 32;
    private readonly Floats _store = new(floatsMax);

    public int Depth { get; private set; }

    public float* Panel(int index) => _store.At(index * Depth * Columns);

    /// <summary>Takes B[k, n] = source[k * depthStride + n * columnStride] for k under depth and n under columns.</summary>
    public Panels Pack(float* source, int depth, int columns, int depthStride, int columnStride)
    {
        var panels = (columns + Columns - 1) / Columns;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(panels * Columns * depth, _store.Length);
        Depth = depth;
        for (var p = 0; p < panels; p++)
        {
            var width = Math.Min(Columns, columns - (p * Columns));
            var from = source + ((long)p * Columns * columnStride);
            if (columnStride == 1 && width == Columns) CopyRows(from, Panel(p), depth, depthStride);
            else Gather(from, Panel(p), depth, width, depthStride, columnStride);
        }
        return this;
    }

    public void Dispose() => _store.Dispose();

    private static void CopyRows(float* from, float* to, int depth, int depthStride)
    {
        for (var k = 0; k < depth; k++, from += depthStride, to += Columns)
        {
            Vector512.Load(from).Store(to);
            Vector512.Load(from + 16).Store(to + 16);
        }
    }

    private static void Gather(float* from, float* to, int depth, int width, int depthStride, int columnStride)
    {
        for (var n = 0; n < Columns; n++)
            for (var k = 0; k < depth; k++)
                to[(k * Columns) + n] = n < width ? from[((long)n * columnStride) + ((long)k * depthStride)] : 0f;
    }
}
