using CsCheck;

namespace SwarmCompute.Inference.Tests;

public sealed class ManagedEngineLaws : IDisposable
{
    private const int TextTokens = 24, Width = 64;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory, InlineData("llama", "f32"), InlineData("qwen3", "q8_0"), InlineData("llama", "f16")]
    public void However_a_text_is_cut_into_calls_every_token_has_the_same_bits(string architecture, string stored)
    {
        using var kernel = Load(architecture, stored, last: false);
        var text = Text(1);
        var expected = Run(kernel, text, [TextTokens]);
        Gen.Int[1, TextTokens].Array[1, TextTokens].Sample(cuts => Assert.Equal(expected, Run(kernel, text, cuts)), iter: 40, threads: 1);
    }

    [Fact]
    public void However_a_text_is_cut_into_calls_the_candidates_after_it_have_the_same_bits()
    {
        using var kernel = Load("qwen3", "f16", last: true);
        var text = Text(2);
        using var whole = kernel.Open();
        var expected = whole.RunLast(text, TextTokens);
        Gen.Int[1, TextTokens - 1].Sample(cut =>
        {
            using var session = kernel.Open();
            session.RunLast(text.AsSpan(0, cut * Width), cut);
            Bits.AssertSame(expected, session.RunLast(text.AsSpan(cut * Width), TextTokens - cut));
        }, iter: 20, threads: 1);
    }

    [Fact]
    public void Whatever_other_sessions_do_a_session_has_the_same_bits() =>
        Gen.Bool.Array[2 * TextTokens].Sample(turns =>
        {
            using var kernel = Load("llama", "q8_0", last: false);
            var (one, other) = (Text(3), Text(4));
            var (oneOut, otherOut) = (new float[one.Length], new float[other.Length]);
            using IStageSession first = kernel.Open(), second = kernel.Open();
            foreach (var turn in turns)
                if (turn && first.Position < TextTokens) Step(first, one, oneOut);
                else if (second.Position < TextTokens) Step(second, other, otherOut);
            while (first.Position < TextTokens) Step(first, one, oneOut);
            while (second.Position < TextTokens) Step(second, other, otherOut);
            Assert.Equal(Run(kernel, one, [TextTokens]), oneOut);
            Assert.Equal(Run(kernel, other, [TextTokens]), otherOut);
        }, iter: 10, threads: 1);

    [Fact]
    public void Every_half_becomes_the_float_that_it_stands_for()
    {
        ushort[] halves = [.. Enumerable.Range(0, 1 << 16).Select(bits => (ushort)bits)];
        var floats = new float[halves.Length];
        FloatMath.FromHalves(halves, floats);
        foreach (var bits in halves)
            if (Half.IsNaN(BitConverter.UInt16BitsToHalf(bits))) Assert.True(float.IsNaN(floats[bits]));
            else Assert.Equal(BitConverter.SingleToUInt32Bits((float)BitConverter.UInt16BitsToHalf(bits)), BitConverter.SingleToUInt32Bits(floats[bits]));
    }

    [Fact]
    public void A_sum_of_products_of_any_length_is_near_the_exact_one() =>
        Gen.Select(Gen.Float[-2, 2], Gen.Float[-2, 2]).Array[0, 200].Sample(pairs =>
        {
            var exact = pairs.Sum(pair => (double)pair.Item1 * pair.Item2);
            var sum = FloatMath.Dot([.. pairs.Select(pair => pair.Item1)], [.. pairs.Select(pair => pair.Item2)]);
            Assert.InRange(sum, exact - 1e-3, exact + 1e-3);
        }, iter: 300, threads: 1);

    private IStageKernel Load(string architecture, string stored, bool last)
    {
        var path = _directory.File("model.gguf");
        if (!File.Exists(path)) new TinyModel { Architecture = architecture, Stored = stored, Layers = 3 }.WriteTo(path);
        return ManagedEngine.LoadStage(path, new() { Last = last, PrefillTokensMax = TextTokens, ContextTokensPerSession = TextTokens });
    }

    private static float[] Text(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, TextTokens * Width).Select(_ => random.NextSingle() - 0.5f)];
    }

    /// <summary>Runs a text in calls of these lengths; the rest of it in one.</summary>
    private static float[] Run(IStageKernel kernel, float[] text, int[] cuts)
    {
        using var session = kernel.Open();
        var result = new float[text.Length];
        foreach (var cut in (int[])[.. cuts, TextTokens])
            if (session.Position < TextTokens) Step(session, text, result, Math.Min(cut, TextTokens - session.Position));
        return result;
    }

    private static void Step(IStageSession session, float[] text, float[] result, int tokens = 1)
    {
        var (at, length) = (session.Position * Width, tokens * Width);
        session.RunHidden(text.AsSpan(at, length), tokens, result.AsSpan(at, length));
    }
}
