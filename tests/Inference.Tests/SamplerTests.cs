using CsCheck;

namespace SwarmCompute.Inference.Tests;

public sealed class SamplerTests
{
    private static readonly Candidates Four = new([7, 3, 9, 1], [2f, 1f, 0.5f, -1f], 3f);

    private static readonly Gen<SamplingOptions> Options =
        Gen.Select(Gen.Double[0, 3], Gen.Int[0, 6], Gen.Double[0.01, 1], Gen.Double[0.5, 2], Gen.ULong, (temperature, k, p, penalty, seed) =>
            new SamplingOptions { Temperature = temperature, TopK = k, TopP = p, RepeatPenalty = penalty, Seed = seed });

    [Fact]
    public void The_same_position_gives_the_same_token_again() =>
        Gen.Select(Options, Gen.Int[0, 9].Array[0, 50]).Sample((options, previous) =>
            Assert.Equal(new Sampler(options).Next(Four, previous), new Sampler(options).Next(Four, previous)));

    [Fact]
    public void A_token_is_one_of_the_candidates() =>
        Gen.Select(Options, Gen.Int[0, 9].Array[0, 50]).Sample((options, previous) =>
            Assert.Contains(new Sampler(options).Next(Four, previous), Four.Tokens));

    [Fact]
    public void Without_temperature_the_likeliest_is_chosen() => Assert.Equal(7, new Sampler(new()).Next(Four, [1, 2, 3]));

    [Fact]
    public void A_repeated_token_becomes_less_likely() =>
        Assert.Equal(3, new Sampler(new() { RepeatPenalty = 4 }).Next(Four, [7]));

    [Fact]
    public void A_repetition_longer_ago_than_the_window_does_not_count() =>
        Assert.Equal(7, new Sampler(new() { RepeatPenalty = 4, RepeatLastN = 2 }).Next(Four, [7, 5, 5]));

    [Fact]
    public void Top_k_of_one_is_greedy() => Assert.All(Drawn(new() { Temperature = 5, TopK = 1 }), token => Assert.Equal(7, token));

    [Fact]
    public void Top_p_keeps_the_likeliest_that_reach_it() =>
        Assert.Equal([3, 7], Drawn(new() { Temperature = 5, TopP = 0.7 }).Distinct().Order());      // 0.62 + 0.23

    [Fact]
    public void Tokens_are_drawn_as_often_as_they_are_likely()
    {
        var share = Drawn(new() { Temperature = 1 }).Count(token => token == 7) / 4000.0;
        Assert.InRange(share, 0.58, 0.65);      // e^2 / (e^2 + e^1 + e^0.5 + e^-1) = 0.609
    }

    [Fact]
    public void Another_seed_gives_another_answer() =>
        Assert.NotEqual(Drawn(new() { Temperature = 1, Seed = 1 }), Drawn(new() { Temperature = 1, Seed = 2 }));

    [Fact]
    public void Options_outside_their_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sampler(new() { Temperature = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sampler(new() { Temperature = double.NaN }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sampler(new() { TopK = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sampler(new() { TopP = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sampler(new() { RepeatPenalty = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sampler(new() { RepeatLastN = -1 }));
    }

    [Fact]
    public void No_candidate_is_an_error() => Assert.Throws<ArgumentException>(() => new Sampler(new()).Next(new([], [], 0), []));

    private static List<int> Drawn(SamplingOptions options) =>
        [.. Enumerable.Range(0, 4000).Select(position => new Sampler(options).Next(Four, new int[position]))];
}
