namespace SwarmCompute.Inference;

/// <summary>
/// Chooses the next token. A pure function of its options, the candidates and the tokens before: asked again for the same
/// position it gives the same token, so an answer that was interrupted and resumed equals one that was not. The steps are
/// those of llama.cpp, in its order: repetition penalty, top k, top p, temperature, draw.
/// </summary>
public sealed class Sampler
{
    private readonly SamplingOptions _options;

    /// <summary>A sampler with these options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public Sampler(SamplingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Require(options.Temperature is >= 0 and <= 100, nameof(options.Temperature), options.Temperature, "0 to 100");
        Require(options.TopK >= 0, nameof(options.TopK), options.TopK, "0 (all) or more");
        Require(options.TopP is > 0 and <= 1, nameof(options.TopP), options.TopP, "more than 0, to 1");
        Require(options.RepeatPenalty is > 0 and <= 10, nameof(options.RepeatPenalty), options.RepeatPenalty, "more than 0, to 10");
        Require(options.RepeatLastN is >= 0 and <= 65_536, nameof(options.RepeatLastN), options.RepeatLastN, "0 to 65536");
        _options = options;
    }

    /// <summary>The next token.</summary>
    /// <param name="candidates">What the last stage gave; at least one.</param>
    /// <param name="previousTokens">All tokens before this one, the prompt's included; their number is this token's position.</param>
    /// <exception cref="ArgumentException">There is no candidate.</exception>
    public int Next(Candidates candidates, ReadOnlySpan<int> previousTokens)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        if (candidates.Tokens.IsDefaultOrEmpty || candidates.Tokens.Length != candidates.Logits.Length)
            throw new ArgumentException("There must be a candidate, and a logit for each.", nameof(candidates));

        var choices = Penalized(candidates, previousTokens);
        if (_options.Temperature == 0) return choices[0].Token;
        var kept = choices.AsSpan(0, _options.TopK == 0 ? choices.Length : Math.Min(_options.TopK, choices.Length));
        kept = kept[..Nucleus(kept)];
        return Draw(kept, Uniform(_options.Seed, previousTokens.Length));
    }

    private (int Token, double Logit)[] Penalized(Candidates candidates, ReadOnlySpan<int> previousTokens)
    {
        var choices = new (int Token, double Logit)[candidates.Tokens.Length];
        for (var i = 0; i < choices.Length; i++) choices[i] = (candidates.Tokens[i], candidates.Logits[i]);
        if (_options.RepeatPenalty == 1 || _options.RepeatLastN == 0) return choices;

        HashSet<int> recent = [.. previousTokens[^Math.Min(_options.RepeatLastN, previousTokens.Length)..]];
        foreach (ref var choice in choices.AsSpan())
        {
            if (recent.Contains(choice.Token))
                choice.Logit = choice.Logit > 0 ? choice.Logit / _options.RepeatPenalty : choice.Logit * _options.RepeatPenalty;
        }
        Array.Sort(choices, static (a, b) => a.Logit != b.Logit ? b.Logit.CompareTo(a.Logit) : a.Token.CompareTo(b.Token));
        return choices;
    }

    /// <summary>How many of the best choices it takes to reach TopP; at least one.</summary>
    private int Nucleus(ReadOnlySpan<(int Token, double Logit)> choices)
    {
        if (_options.TopP == 1) return choices.Length;
        var (best, total, sum) = (choices[0].Logit, 0.0, 0.0);
        foreach (var (_, logit) in choices) total += Math.Exp(logit - best);
        for (var i = 0; i < choices.Length; i++)
        {
            sum += Math.Exp(choices[i].Logit - best);
            if (sum >= _options.TopP * total) return i + 1;
        }
        return choices.Length;
    }

    private int Draw(ReadOnlySpan<(int Token, double Logit)> choices, double uniform)
    {
        var (best, total, sum) = (choices[0].Logit, 0.0, 0.0);
        foreach (var (_, logit) in choices) total += Math.Exp((logit - best) / _options.Temperature);
        foreach (var (token, logit) in choices)
        {
            sum += Math.Exp((logit - best) / _options.Temperature);
            if (sum > uniform * total) return token;
        }
        return choices[^1].Token;
    }

    /// <summary>A number from 0 to 1, exclusive, that depends on seed and position alone (SplitMix64).</summary>
    private static double Uniform(ulong seed, int position)
    {
        var z = unchecked(Mix(seed) + 0x9E3779B97F4A7C15UL * ((ulong)position + 1));
        return (Mix(z) >> 11) * (1.0 / (1UL << 53));
    }

    private static ulong Mix(ulong z)
    {
        unchecked
        {
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
            return z ^ (z >> 31);
        }
    }

    private static void Require(bool holds, string option, object value, string range)
    {
        if (!holds) throw new ArgumentOutOfRangeException(option, value, $"{option} is {value}; give {range}.");
    }
}
