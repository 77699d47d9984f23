using System.Collections.Immutable;

namespace SwarmCompute.Inference;

/// <summary>The best candidates for the next token: best first, equal logits in order of the token's id.</summary>
/// <param name="Tokens">Token ids, at most <see cref="CountMax"/>.</param>
/// <param name="Logits">The logit of each, in the same order.</param>
/// <param name="LogSumExp">ln of the sum of e^logit over the whole vocabulary: Logits[i] - LogSumExp is a token's log probability.</param>
public sealed record Candidates(ImmutableArray<int> Tokens, ImmutableArray<float> Logits, float LogSumExp)
{
    /// <summary>Most candidates that a stage hands on; a smaller vocabulary gives all its tokens.</summary>
    public const int CountMax = 256;
}
