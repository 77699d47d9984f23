using System.Collections.Immutable;

namespace SwarmCompute.Inference;

/// <summary>How to choose the next token. The defaults choose the likeliest one, always.</summary>
public sealed record SamplingOptions
{
    /// <summary>0 (default) chooses the likeliest token; higher is more varied, up to 100.</summary>
    public double Temperature { get; init; }

    /// <summary>Only the k likeliest tokens are chosen from; 0 is all candidates (at most <see cref="Candidates.CountMax"/>).</summary>
    public int TopK { get; init; } = 40;

    /// <summary>Only the likeliest tokens whose probabilities reach this together are chosen from: above 0, to 1 (default, all).</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Only tokens that are at least this much as likely as the likeliest one are chosen from: 0 (default, all) to 1.</summary>
    public double MinP { get; init; }

    /// <summary>Makes tokens that occurred lately, in the prompt or the answer, less likely: 1 (default) is off; above 0, to 10.</summary>
    public double RepeatPenalty { get; init; } = 1;

    /// <summary>How many of the latest tokens the repeat penalty looks at: 0 to 65,536.</summary>
    public int RepeatLastN { get; init; } = 64;

    /// <summary>Is taken from the logit of a token that the answer has already (OpenAI's definition): -2 to 2, 0 (default) is off.</summary>
    public double PresencePenalty { get; init; }

    /// <summary>Is taken from the logit of a token as often as the answer has it already (OpenAI's definition): -2 to 2, 0 (default) is off.</summary>
    public double FrequencyPenalty { get; init; }

    /// <summary>
    /// Is added to the logits of these tokens, each -100 to 100. Only the candidates are looked at: a token that is not among the
    /// <see cref="Candidates.CountMax"/> likeliest is not lifted into them.
    /// </summary>
    public ImmutableDictionary<int, double> LogitBias { get; init; } = ImmutableDictionary<int, double>.Empty;

    /// <summary>The same seed gives the same answer.</summary>
    public ulong Seed { get; init; }
}
