using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SwarmCompute.Trainer.Maths;

/// <summary>
/// Matrix products in single precision on one thread. The inner block holds 12 rows by 32 columns in vector registers
/// (24 sums of 16 floats), reads the right-hand side from <see cref="Panels"/> and the left-hand side where it lies.
/// </summary>
internal static unsafe class Product
{
    private const int BlockRows = 12;

    /// <summary>
    /// C[m, n] = (add ? C : 0) + sum over k of A[m, k] B[k, n], with A[m, k] = a[m * rowStride + k * depthStride]
    /// and k from <paramref name="depthFirst"/> up to <paramref name="depthEnd"/> (or the depth of B).
    /// </summary>
    public static void Run(
        float* a, int rowStride, int depthStride, Panels b, float* c, int cStride, int rows, int columns, bool add,
        int depthFirst = 0, int depthEnd = int.MaxValue)
    {
        var depth = Math.Min(depthEnd, b.Depth) - depthFirst;
        var from = a + ((long)depthFirst * depthStride);
        for (var n = 0; n < columns; n += Panels.Columns)
        {
            var panel = b.Panel(n / Panels.Columns) + (depthFirst * Panels.Columns);
            var wide = Math.Min(Panels.Columns, columns - n);
            var m = 0;
            for (; m + BlockRows <= rows && wide == Panels.Columns; m += BlockRows)
                Block12(from + ((long)m * rowStride), rowStride, depthStride, panel, c + ((long)m * cStride) + n, cStride, depth, add);
            if (m < rows) Edge(from, rowStride, depthStride, panel, c + n, cStride, m, rows, wide, depth, add);
        }
    }

    private static void Edge(
        float* a, int rowStride, int depthStride, float* panel, float* c, int cStride, int first, int rows, int wide, int depth, bool add)
    {
        var sums = stackalloc float[BlockRows * Panels.Columns];
        for (var m = first; m < rows; m += BlockRows)
        {
            var high = Math.Min(BlockRows, rows - m);
            var skip = rows >= BlockRows ? BlockRows - high : 0;      // a whole block that ends at the last row; its first rows are dropped
            var left = a + ((long)(m - skip) * rowStride);
            if (rows >= BlockRows) Block12(left, rowStride, depthStride, panel, sums, Panels.Columns, depth, add: false);
            else for (var r = 0; r < high; r++) Row(left + ((long)r * rowStride), depthStride, panel, sums + (r * Panels.Columns), depth);
            Spill(sums + (skip * Panels.Columns), c + ((long)m * cStride), cStride, high, wide, add);
        }
    }

    private static void Spill(float* edge, float* target, int stride, int high, int wide, bool add)
    {
        for (var r = 0; r < high; r++)
            for (var n = 0; n < wide; n++)
                target[((long)r * stride) + n] = edge[(r * Panels.Columns) + n] + (add ? target[((long)r * stride) + n] : 0f);
    }

    private static void Row(float* a, int depthStride, float* b, float* c, int depth)
    {
        var (low, high) = (Vector512<float>.Zero, Vector512<float>.Zero);
        for (var k = 0; k < depth; k++, a += depthStride, b += Panels.Columns)
        {
            var x = Vector512.Create(*a);
            low = Vector512.FusedMultiplyAdd(x, Vector512.Load(b), low);
            high = Vector512.FusedMultiplyAdd(x, Vector512.Load(b + 16), high);
        }
        low.Store(c);
        high.Store(c + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Block12(float* a, nint rs, nint ks, float* b, float* c, nint cs, int depth, bool add)
    {
        Vector512<float> a0 = default, b0 = default, a1 = default, b1 = default, a2 = default, b2 = default;
        Vector512<float> a3 = default, b3 = default, a4 = default, b4 = default, a5 = default, b5 = default;
        Vector512<float> a6 = default, b6 = default, a7 = default, b7 = default, a8 = default, b8 = default;
        Vector512<float> a9 = default, b9 = default, aa = default, ba = default, ab = default, bb = default;
        float* p = a, q = a + (3 * rs), s = a + (6 * rs), t = a + (9 * rs);
        var rs2 = 2 * rs;
        for (var k = 0; k < depth; k++)
        {
            var (x, y) = (Vector512.Load(b), Vector512.Load(b + 16));
            a0 = Vector512.FusedMultiplyAdd(Vector512.Create(*p), x, a0);
            b0 = Vector512.FusedMultiplyAdd(Vector512.Create(*p), y, b0);
            a1 = Vector512.FusedMultiplyAdd(Vector512.Create(p[rs]), x, a1);
            b1 = Vector512.FusedMultiplyAdd(Vector512.Create(p[rs]), y, b1);
            a2 = Vector512.FusedMultiplyAdd(Vector512.Create(p[rs2]), x, a2);
            b2 = Vector512.FusedMultiplyAdd(Vector512.Create(p[rs2]), y, b2);
            a3 = Vector512.FusedMultiplyAdd(Vector512.Create(*q), x, a3);
            b3 = Vector512.FusedMultiplyAdd(Vector512.Create(*q), y, b3);
            a4 = Vector512.FusedMultiplyAdd(Vector512.Create(q[rs]), x, a4);
            b4 = Vector512.FusedMultiplyAdd(Vector512.Create(q[rs]), y, b4);
            a5 = Vector512.FusedMultiplyAdd(Vector512.Create(q[rs2]), x, a5);
            b5 = Vector512.FusedMultiplyAdd(Vector512.Create(q[rs2]), y, b5);
            a6 = Vector512.FusedMultiplyAdd(Vector512.Create(*s), x, a6);
            b6 = Vector512.FusedMultiplyAdd(Vector512.Create(*s), y, b6);
            a7 = Vector512.FusedMultiplyAdd(Vector512.Create(s[rs]), x, a7);
            b7 = Vector512.FusedMultiplyAdd(Vector512.Create(s[rs]), y, b7);
            a8 = Vector512.FusedMultiplyAdd(Vector512.Create(s[rs2]), x, a8);
            b8 = Vector512.FusedMultiplyAdd(Vector512.Create(s[rs2]), y, b8);
            a9 = Vector512.FusedMultiplyAdd(Vector512.Create(*t), x, a9);
            b9 = Vector512.FusedMultiplyAdd(Vector512.Create(*t), y, b9);
            aa = Vector512.FusedMultiplyAdd(Vector512.Create(t[rs]), x, aa);
            ba = Vector512.FusedMultiplyAdd(Vector512.Create(t[rs]), y, ba);
            ab = Vector512.FusedMultiplyAdd(Vector512.Create(t[rs2]), x, ab);
            bb = Vector512.FusedMultiplyAdd(Vector512.Create(t[rs2]), y, bb);
            b += Panels.Columns;
            p += ks;
            q += ks;
            s += ks;
            t += ks;
        }
        Put(c, a0, b0, add);
        Put(c + cs, a1, b1, add);
        Put(c + (2 * cs), a2, b2, add);
        Put(c + (3 * cs), a3, b3, add);
        Put(c + (4 * cs), a4, b4, add);
        Put(c + (5 * cs), a5, b5, add);
        Put(c + (6 * cs), a6, b6, add);
        Put(c + (7 * cs), a7, b7, add);
        Put(c + (8 * cs), a8, b8, add);
        Put(c + (9 * cs), a9, b9, add);
        Put(c + (10 * cs), aa, ba, add);
        Put(c + (11 * cs), ab, bb, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* c, Vector512<float> low, Vector512<float> high, bool add)
    {
        if (add)
        {
            low += Vector512.Load(c);
            high += Vector512.Load(c + 16);
        }
        low.Store(c);
        high.Store(c + 16);
    }
}
