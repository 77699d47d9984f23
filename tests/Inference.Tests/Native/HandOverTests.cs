using CsCheck;

namespace SwarmCompute.Inference.Tests;

/// <summary>A session that is handed over piece by piece goes on, in another instance, with the bits that it would have given.</summary>
public sealed class HandOverTests : IDisposable
{
    private const int ContextTokens = 48, SessionsMax = 5, Width = 64;
    private readonly TemporaryDirectory _directory = new();

    private static StageLoadOptions Options => new() { ContextTokensPerSession = ContextTokens, SessionsMax = SessionsMax, PrefillTokensMax = StageChain.CallTokens };

    public void Dispose() => _directory.Dispose();

    [Theory, InlineData("llama", "q4_0"), InlineData("llama", "f16"), InlineData("qwen3", "q8_0"), InlineData("phi3", "f16")]
    public void Sessions_that_were_followed_go_on_with_the_same_bits(string architecture, string stored)
    {
        var path = Model(architecture, stored);
        using var chain = new StageChain(path, 2, Options);
        using var standby = new StageChain(path, 2, Options);
        Assert.All(chain.Kernels, kernel => Assert.True(kernel.CanHandOver));
        Gen.Int[0, int.MaxValue].Sample(seed => Followed(chain, standby, new Random(seed)), iter: 10, threads: 1);
    }

    [Theory, InlineData("q4_0"), InlineData("f16")]
    public void Sessions_are_handed_over_across_the_moves_of_cells_on_either_side(string stored)
    {
        var path = Model("llama", stored);
        using var chain = new StageChain(path, 2, Options);
        using var standby = new StageChain(path, 2, Options);
        using var run = chain.Open();
        using var follower = standby.Open();
        using var alone = new StageChain(path, 2, Options);
        using var undisturbed = alone.Open();
        for (var step = 0; step < ContextTokens - 1; step++)
        {
            var expected = undisturbed.Next(Tokens(7, step, 1));
            Bits.AssertSame([expected], [run.Next(Tokens(7, step, 1))]);
            follower.Follow(run);
            Churn(step % 2 == 0 ? chain : standby, step);                    // 32 dead cells each time, of 512 in all
        }
        Bits.AssertSame([undisturbed.Next(Tokens(7, ContextTokens - 1, 1))], [follower.Next(Tokens(7, ContextTokens - 1, 1))]);
    }

    [Fact]
    public void A_session_that_took_over_can_be_handed_over_in_its_turn()
    {
        var path = Model("llama", "q4_0");
        using var first = new StageChain(path, 2, Options);
        using var second = new StageChain(path, 2, Options);
        using var run = first.Open();
        run.Next(Tokens(1, 0, 9));
        using var next = second.Open();
        next.Follow(run);
        next.Next(Tokens(1, 9, 4));
        using var third = first.Open();
        third.Follow(next);
        run.Next(Tokens(1, 9, 4));
        Bits.AssertSame([run.Next(Tokens(1, 13, 2))], [third.Next(Tokens(1, 13, 2))]);
    }

    [Fact]
    public void Any_change_outside_of_the_numbers_is_refused_and_ends_that_session_alone()
    {
        using var chain = new StageChain(Model("llama", "f16"), 2, Options);
        using var run = chain.Open();
        run.Next(Tokens(3, 0, 6));
        var delta = run.Sessions[0].Export(2, 5);
        // Not the numbers of the sequences (4 to 7, and the last four of each token's twelve): they are the exporter's own, and are not read.
        int[] places = [.. Enumerable.Range(0, 72).Where(at => at is < 4 or (>= 8 and < 16) or >= 52 || (at >= 16 && (at - 16) % 12 < 8))];
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, places.Length - 1], Gen.Byte[1, 255]).Sample((way, place, by) =>
        {
            using var session = chain.Kernels[0].Open();
            session.Import(run.Sessions[0].Export(0, 2), 0, 2);
            var changed = delta.ToArray();
            if (way == 0) changed = changed[..Math.Max(0, changed.Length - 1 - place)];
            else if (way == 1) changed = [.. changed, .. new byte[place + 1]];
            else changed[places[place]] ^= by;
            Assert.Throws<InferenceException>(() => session.Import(changed, 2, 5));
            Assert.Contains("failed before", Assert.Throws<InferenceException>(() => session.RunHidden(new float[Width], 1, new float[Width])).Message);
        }, iter: 400, threads: 1);
        using var good = chain.Kernels[0].Open();
        good.Import(run.Sessions[0].Export(0, 2), 0, 2);
        good.Import(delta, 2, 5);
        Assert.Equal(5, good.Position);
    }

    [Fact]
    public void Random_bytes_are_refused_and_do_no_harm()
    {
        using var chain = new StageChain(Model("llama", "f16"), 2, Options);
        Gen.Byte.Array[0, 200].Sample(bytes =>
        {
            using var session = chain.Kernels[0].Open();
            Assert.Throws<InferenceException>(() => session.Import(bytes, 0, 1));
        }, iter: 100, threads: 1);
        using var run = chain.Open();
        Assert.NotEmpty(run.Next(Tokens(1, 0, 3)).Tokens);
    }

    [Fact]
    public void A_delta_of_other_layers_or_of_another_place_is_refused()
    {
        var path = Model("llama", "f16");
        using var halves = new StageChain(path, 2, Options);
        using var thirds = new StageChain(path, 3, Options);
        using var run = halves.Open();
        run.Next(Tokens(3, 0, 6));
        var delta = run.Sessions[0].Export(0, 3);
        Assert.Throws<InferenceException>(() => Fresh(thirds).Import(delta, 0, 3));
        Assert.Throws<InferenceException>(() => Fresh(halves).Import(delta, 0, 2));
        Assert.Throws<InferenceException>(() => Fresh(halves).Import(delta, 1, 4));
        Assert.Throws<InferenceException>(() => Fresh(halves).Import(run.Sessions[0].Export(1, 4), 0, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => run.Sessions[0].Export(3, 7));
        Assert.Throws<ArgumentOutOfRangeException>(() => run.Sessions[0].Export(3, 3));
        Fresh(halves).Import(delta, 0, 3);

        static IStageSession Fresh(StageChain chain) => chain.Kernels[0].Open();
    }

    [Fact]
    public void An_engine_that_cannot_hand_over_says_so()
    {
        using var chain = new StageChain(Model("llama", "f16"), 1, Options, managed: true);
        using var session = chain.Kernels[0].Open();
        Assert.False(chain.Kernels[0].CanHandOver);
        Assert.Throws<NotSupportedException>(() => session.Import([], 0, 1));
    }

    private static void Followed(StageChain chain, StageChain standby, Random random)
    {
        var pairs = Enumerable.Range(0, 3).Select(seed => (Seed: seed, Run: chain.Open(), Follower: standby.Open())).ToList();
        for (var step = 0; step < 12; step++)
        {
            foreach (var (seed, run, follower) in pairs)
            {
                var take = Math.Min(random.Next(4) == 0 ? random.Next(1, StageChain.CallTokens) : 1, ContextTokens - 12 - run.Position);
                if (take > 0) run.Next(Tokens(seed, run.Position, take));
                if (random.Next(2) == 0 && follower.Position < run.Position) follower.Follow(run);
            }
        }
        foreach (var (seed, run, follower) in pairs)
        {
            if (follower.Position < run.Position) follower.Follow(run);
            for (var step = 0; step < 6; step++)
            {
                var next = Tokens(seed, run.Position, 1);
                Bits.AssertSame([run.Next(next)], [follower.Next(next)]);
            }
            run.Dispose();
            follower.Dispose();
        }
    }

    private static void Churn(StageChain chain, int seed)
    {
        using var run = chain.Open();
        run.Next(Tokens(seed, 0, StageChain.CallTokens));
        run.Next(Tokens(seed, StageChain.CallTokens, StageChain.CallTokens));
    }

    private static int[] Tokens(int seed, int from, int count) =>
        [.. Enumerable.Range(from, count).Select(at => TinyModel.FirstByte + (seed * 31 + at * 7) % 256)];

    private string Model(string architecture, string stored)
    {
        var path = _directory.File("model.gguf");
        new TinyModel { Architecture = architecture, Stored = stored, TiedHead = false }.WriteTo(path);
        return path;
    }
}
