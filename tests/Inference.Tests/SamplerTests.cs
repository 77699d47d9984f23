using System.Collections.Immutable;
using CsCheck;

namespace SwarmCompute.Inference.Tests;

public sealed class SamplerTests
{
    private static readonly Candidates Four = new([7, 3, 9, 1], [2f, 1f, 0.5f, -1f], 3f);

    private static readonly Gen<SamplingOptions> Options =
        Gen.Select(
            Gen.Select(Gen.Double[0, 3], Gen.Int[0, 6], Gen.Double[0.01, 1], Gen.Double[0, 1], (temperature, k, p, min) => (temperature, k, p, min)),
            Gen.Select(Gen.Double[0.5, 2], Gen.Int[0, 20], Gen.Double[-2, 2], Gen.Double[-2, 2], (repeat, last, presence, frequency) => (repeat, last, presence, frequency)),
            Gen.ULong, Gen.Dictionary(Gen.Int[0, 9], Gen.Double[-100, 100])[0, 4], (kept, penalties, seed, bias) => new SamplingOptions
            {
                Temperature = kept.temperature,
                TopK = kept.k,
                TopP = kept.p,
                MinP = kept.min,
                RepeatPenalty = penalties.repeat,
                RepeatLastN = penalties.last,
                PresencePenalty = penalties.presence,
                FrequencyPenalty = penalties.frequency,
                Seed = seed,
                LogitBias = bias.ToImmutableDictionary(),
            });

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
    public void Min_p_keeps_what_is_at_least_that_much_as_likely_as_the_likeliest() =>
        Assert.Equal([3, 7], Drawn(new() { Temperature = 5, MinP = 0.3 }).Distinct().Order());      // e^-1 = 0.37 is kept, e^-1.5 = 0.22 is not

    [Fact]
    public void A_penalty_for_presence_counts_once_and_one_for_frequency_each_time()
    {
        Assert.Equal(7, new Sampler(new() { PresencePenalty = 0.9 }).Next(Four, [7, 7, 7]));
        Assert.Equal(3, new Sampler(new() { PresencePenalty = 1.1 }).Next(Four, [7]));
        Assert.Equal(7, new Sampler(new() { FrequencyPenalty = 0.4 }).Next(Four, [7, 7]));
        Assert.Equal(3, new Sampler(new() { FrequencyPenalty = 0.4 }).Next(Four, [7, 7, 7]));
        Assert.Equal(1, new Sampler(new() { FrequencyPenalty = -2 }).Next(Four, [1, 1]));
    }

    [Fact]
    public void Presence_and_frequency_look_at_the_answer_and_not_at_the_prompt() =>
        Assert.Equal(7, new Sampler(new() { PresencePenalty = 2, FrequencyPenalty = 2 }, promptTokens: 3).Next(Four, [7, 7, 7, 3]));

    [Fact]
    public void A_bias_lifts_a_candidate_or_bars_it_and_leaves_out_what_is_no_candidate()
    {
        Assert.Equal(1, new Sampler(new() { LogitBias = Bias((1, 100)) }).Next(Four, []));
        Assert.Equal(3, new Sampler(new() { LogitBias = Bias((7, -100), (4, 100)) }).Next(Four, []));
    }

    [Fact]
    public void A_higher_bias_never_makes_a_token_less_frequent() =>
        Gen.Select(Gen.Int[0, 3].Select(at => Four.Tokens[at]), Gen.Double[0, 5], Gen.ULong).Sample((token, bias, seed) =>
        {
            int Times(double added) => Enumerable.Range(0, 200).Count(position => new Sampler(new()
            {
                Temperature = 1,
                Seed = seed,
                LogitBias = Bias((token, added)),
            }).Next(Four, new int[position]) == token);
            Assert.True(Times(bias + 1) >= Times(0) - 20);                   // other draws are moved too; 20 is four standard deviations of a difference
        }, iter: 50);

    [Fact]
    public void A_resumed_answer_has_the_tokens_of_one_that_was_not_whatever_the_options() =>
        Gen.Select(Options, Gen.Int[0, 9].Array[1, 10], Gen.Int[0, 20]).Sample((options, prompt, cut) =>
        {
            var whole = Answer(options, prompt, [], 20);
            Assert.Equal(whole, Answer(options, prompt, whole[..cut], 20));
        });

    [Fact]
    public void With_a_grammar_only_what_fits_is_chosen_and_nothing_is_an_error()
    {
        var grammar = new TokenGrammar(Grammar.Parse("root ::= \" w9\" (\" w1\" | \" w9\")"), new OpenAi.WordTokenizer(3));
        var sampler = new Sampler(new(), promptTokens: 2, grammar);
        Assert.Equal(9, sampler.Next(Four, [7, 7]));
        Assert.Equal(9, sampler.Next(Four, [7, 7, 9]));
        Assert.Equal(3, sampler.Next(Four, [7, 7, 9, 9]));                   // the end
        Assert.Contains("No candidate fits", Assert.Throws<GrammarException>(() => new Sampler(new(), 0, grammar).Next(new([7], [1f], 1f), [])).Message, StringComparison.Ordinal);
        Assert.Throws<GrammarException>(() => new Sampler(new(), 0, grammar).Next(Four, [7]));
    }

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
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sampler(new() { MinP = 1.1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sampler(new() { PresencePenalty = -2.1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sampler(new() { FrequencyPenalty = double.NaN }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sampler(new() { LogitBias = Bias((1, 101)) }));
    }

    [Fact]
    public void No_candidate_is_an_error() => Assert.Throws<ArgumentException>(() => new Sampler(new()).Next(new([], [], 0), []));

    private static ImmutableDictionary<int, double> Bias(params (int Token, double Bias)[] biases) => biases.ToImmutableDictionary(b => b.Token, b => b.Bias);

    private static int[] Answer(SamplingOptions options, int[] prompt, int[] resume, int tokens)
    {
        var (sampler, all) = (new Sampler(options, prompt.Length), prompt.Concat(resume).ToList());
        while (all.Count < prompt.Length + tokens) all.Add(sampler.Next(Four, all.ToArray()));
        return [.. all.Skip(prompt.Length)];
    }

    private static List<int> Drawn(SamplingOptions options) =>
        [.. Enumerable.Range(0, 4000).Select(position => new Sampler(options).Next(Four, new int[position]))];
}
