using CsCheck;

namespace SwarmCompute.Inference.Tests;

public sealed class TextPoolTests
{
    private static readonly Gen<float[]> Texts = Gen.Float[-4, 4].Array[3 * 7].Where(text => text.Max(Math.Abs) > 0.1);

    [Theory, InlineData(PoolingKind.Mean), InlineData(PoolingKind.Last)]
    public void However_a_text_is_cut_its_vector_has_the_same_bits_and_the_length_one(object kind) =>
        Gen.Select(Texts, Gen.Int[1, 6]).Where((text, _) => text[^3..].Max(Math.Abs) > 0.1).Sample((text, cut) =>
        {
            var (whole, parts) = (new TextPool((PoolingKind)kind, 3), new TextPool((PoolingKind)kind, 3));
            whole.Add(text);
            parts.Add(text.AsSpan(0, cut * 3));
            parts.Add(text.AsSpan(cut * 3));
            Assert.Equal(whole.Vector(7), parts.Vector(7));
            Assert.Equal(1, whole.Vector(7).Sum(number => (double)number * number), 1e-5);
        });

    [Theory, InlineData(PoolingKind.Mean, 3f, 4f), InlineData(PoolingKind.First, 1f, 0f), InlineData(PoolingKind.Last, 2f, 4f)]
    public void The_vector_points_where_the_mean_the_first_or_the_last_state_does(object kind, float x, float y)
    {
        var pool = new TextPool((PoolingKind)kind, 2);
        pool.Add([1f, 0f, 2f, 4f]);
        var length = MathF.Sqrt(x * x + y * y);
        var vector = pool.Vector(2);
        Assert.Equal((x / length, y / length), (vector[0], vector[1]), (a, b) => Math.Abs(a.Item1 - b.Item1) + Math.Abs(a.Item2 - b.Item2) < 1e-6);
    }

    [Fact]
    public void A_text_of_which_tokens_are_missing_has_no_vector()
    {
        var pool = new TextPool(PoolingKind.Mean, 2);
        pool.Add([1f, 0f]);
        Assert.Contains("1 of the text's 2 tokens", Assert.Throws<InferenceException>(() => pool.Vector(2)).Message, StringComparison.Ordinal);
    }

    [Theory, InlineData(0f), InlineData(float.NaN), InlineData(float.PositiveInfinity)]
    public void States_without_a_direction_give_no_vector(float number)
    {
        var pool = new TextPool(PoolingKind.Mean, 1);
        pool.Add([number]);
        Assert.Throws<InferenceException>(() => pool.Vector(1));
    }
}
