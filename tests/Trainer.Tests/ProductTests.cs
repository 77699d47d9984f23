using CsCheck;
using SwarmCompute.Trainer.Maths;
using Xunit;

namespace SwarmCompute.Trainer.Tests;

public sealed unsafe class ProductTests
{
    private static readonly Gen<(int Rows, int Columns, int Depth, bool Add, int Seed)> Products =
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 80], Gen.Int[1, 50], Gen.Bool, Gen.Int[0, 1_000_000]);

    [Fact]
    public void A_product_is_what_the_definition_says() => Products.Sample(p =>
    {
        var (a, b, c) = (Values(p.Rows * p.Depth, p.Seed), Values(p.Columns * p.Depth, p.Seed + 1), Values(p.Rows * p.Columns, p.Seed + 2));
        var expected = new double[p.Rows * p.Columns];
        for (var m = 0; m < p.Rows; m++)
            for (var n = 0; n < p.Columns; n++)
                expected[(m * p.Columns) + n] = (p.Add ? c[(m * p.Columns) + n] : 0)
                    + Enumerable.Range(0, p.Depth).Sum(k => (double)a[(m * p.Depth) + k] * b[(n * p.Depth) + k]);
        using var panels = new Panels((p.Columns + Panels.Columns) * p.Depth);
        fixed (float* left = a, right = b, sum = c)
            Product.Run(left, p.Depth, 1, panels.Pack(right, p.Depth, p.Columns, 1, p.Depth), sum, p.Columns, p.Rows, p.Columns, p.Add);
        for (var i = 0; i < c.Length; i++) Assert.Equal(expected[i], c[i], 1e-4);
    });

    [Fact]
    public void A_product_can_leave_out_the_ends_of_the_depth()
    {
        var (a, b, c) = (Values(12 * 30, 1), Values(30 * 32, 2), new float[12 * 32]);
        using var panels = new Panels(30 * 32);
        fixed (float* left = a, right = b, sum = c)
            Product.Run(left, 1, 12, panels.Pack(right, 30, 32, 32, 1), sum, 32, 12, 32, add: false, depthFirst: 5, depthEnd: 20);
        var expected = Enumerable.Range(5, 15).Sum(k => (double)a[(k * 12) + 3] * b[(k * 32) + 7]);
        Assert.Equal(expected, c[(3 * 32) + 7], 1e-5);
    }

    [Fact]
    public void Panels_refuse_more_than_they_hold()
    {
        using var panels = new Panels(32);
        var source = new float[128];
        fixed (float* from = source)
        {
            var at = from;
            Assert.Throws<ArgumentOutOfRangeException>(() => panels.Pack(at, 2, 40, 40, 1));
        }
    }

    private static float[] Values(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];
    }
}
