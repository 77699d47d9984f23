namespace SwarmCompute.Inference;

/// <summary>
/// Chooses the next token. A pure function of its options, the candidates and the tokens before: asked again for the same
/// position it gives the same token, so an answer that was interrupted and resumed equals one that was not. The steps are
/// those of llama.cpp, in its order: grammar (where there is one), logit bias, penalties, top k, top p, min p, temperature, draw.
/// </summary>
public sealed class Sampler
{
    private readonly SamplingOptions _options;
    private readonly int _promptTokens;
    private readonly GrammarCursor? _grammar;
    private int _accepted;

    /// <summary>A sampler with these options.</summary>
    /// <param name="options">How to choose.</param>
    /// <param name="promptTokens">How many of the previous tokens are the prompt's: presence and frequency are counted after them.</param>
    /// <param name="grammar">What the answer must be, or null; a sampler with a grammar is for one answer.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public Sampler(SamplingOptions options, int promptTokens = 0, TokenGrammar? grammar = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegative(promptTokens);
        Require(options.Temperature is >= 0 and <= 100, nameof(options.Temperature), options.Temperature, "0 to 100");
        Require(options.TopK >= 0, nameof(options.TopK), options.TopK, "0 (all) or more");
        Require(options.TopP is > 0 and <= 1, nameof(options.TopP), options.TopP, "more than 0, to 1");
        Require(options.MinP is >= 0 and <= 1, nameof(options.MinP), options.MinP, "0 to 1");
        Require(options.RepeatPenalty is > 0 and <= 10, nameof(options.RepeatPenalty), options.RepeatPenalty, "more than 0, to 10");
        Require(options.RepeatLastN is >= 0 and <= 65_536, nameof(options.RepeatLastN), options.RepeatLastN, "0 to 65536");
        Require(options.PresencePenalty is >= -2 and <= 2, nameof(options.PresencePenalty), options.PresencePenalty, "-2 to 2");
        Require(options.FrequencyPenalty is >= -2 and <= 2, nameof(options.FrequencyPenalty), options.FrequencyPenalty, "-2 to 2");
        foreach (var (token, bias) in options.LogitBias) Require(bias is >= -100 and <= 100, nameof(options.LogitBias), $"{bias} for token {token}", "-100 to 100");
        (_options, _promptTokens, _grammar) = (options, promptTokens, grammar?.Start());
    }

    /// <summary>The next token.</summary>
    /// <param name="candidates">What the last stage gave; at least one.</param>
    /// <param name="previousTokens">All tokens before this one, the prompt's included; their number is this token's position.</param>
    /// <exception cref="ArgumentException">There is no candidate.</exception>
    /// <exception cref="GrammarException">No candidate fits the grammar.</exception>
    public int Next(Candidates candidates, ReadOnlySpan<int> previousTokens)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        if (candidates.Tokens.IsDefaultOrEmpty || candidates.Tokens.Length != candidates.Logits.Length)
            throw new ArgumentException("There must be a candidate, and a logit for each.", nameof(candidates));

        var choices = Fitting(candidates, previousTokens);
        if (Adjust(choices, previousTokens))
            Array.Sort(choices, static (a, b) => a.Logit != b.Logit ? b.Logit.CompareTo(a.Logit) : a.Token.CompareTo(b.Token));
        if (_options.Temperature == 0) return choices[0].Token;
        var kept = choices.AsSpan(0, _options.TopK == 0 ? choices.Length : Math.Min(_options.TopK, choices.Length));
        kept = kept[..Nucleus(kept)];
        kept = kept[..NotTooUnlikely(kept)];
        return Draw(kept, Uniform(_options.Seed, previousTokens.Length));
    }

    /// <summary>The candidates that the grammar allows here.</summary>
    private (int Token, double Logit)[] Fitting(Candidates candidates, ReadOnlySpan<int> previousTokens)
    {
        if (_grammar is not null)
            for (; _promptTokens + _accepted < previousTokens.Length; _accepted++) _grammar.Accept(previousTokens[_promptTokens + _accepted]);
        var choices = new List<(int Token, double Logit)>(candidates.Tokens.Length);
        _grammar?.BeginStep();
        for (var i = 0; i < candidates.Tokens.Length; i++)
            if (_grammar is null || _grammar.Fits(candidates.Tokens[i])) choices.Add((candidates.Tokens[i], candidates.Logits[i]));
        return choices.Count > 0
            ? [.. choices]
            : throw new GrammarException($"No candidate fits the grammar: none of the {candidates.Tokens.Length} likeliest tokens may come next.");
    }

    /// <summary>Logit bias and penalties; whether there were any.</summary>
    private bool Adjust((int Token, double Logit)[] choices, ReadOnlySpan<int> previousTokens)
    {
        var repeats = _options.RepeatPenalty != 1 && _options.RepeatLastN > 0;
        var counts = _options.PresencePenalty != 0 || _options.FrequencyPenalty != 0;
        if (!repeats && !counts && _options.LogitBias.Count == 0) return false;

        HashSet<int> recent = repeats ? [.. previousTokens[^Math.Min(_options.RepeatLastN, previousTokens.Length)..]] : [];
        var count = counts ? Counted(previousTokens[Math.Min(_promptTokens, previousTokens.Length)..]) : [];
        foreach (ref var choice in choices.AsSpan())
        {
            choice.Logit += _options.LogitBias.GetValueOrDefault(choice.Token);
            if (recent.Contains(choice.Token))
                choice.Logit = choice.Logit > 0 ? choice.Logit / _options.RepeatPenalty : choice.Logit * _options.RepeatPenalty;
            if (count.TryGetValue(choice.Token, out var times)) choice.Logit -= times * _options.FrequencyPenalty + _options.PresencePenalty;
        }
        return true;
    }

    private static Dictionary<int, int> Counted(ReadOnlySpan<int> tokens)
    {
        var count = new Dictionary<int, int>();
        foreach (var token in tokens) count[token] = count.GetValueOrDefault(token) + 1;
        return count;
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

    /// <summary>How many of the best choices are at least MinP times as likely as the best one; at least one.</summary>
    private int NotTooUnlikely(ReadOnlySpan<(int Token, double Logit)> choices)
    {
        if (_options.MinP == 0) return choices.Length;
        var lowest = choices[0].Logit + Math.Log(_options.MinP);
        var count = 1;
        while (count < choices.Length && choices[count].Logit >= lowest) count++;
        return count;
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
