using System.Collections.Immutable;

namespace SwarmCompute.Inference;

/// <summary>What to generate.</summary>
/// <param name="Prompt">The prompt's tokens; at least one.</param>
/// <param name="TokensMax">Most tokens of the whole answer, resumed ones included.</param>
/// <param name="Sampling">How each token is chosen.</param>
/// <param name="Resume">Tokens of the answer that the client already has: they are fed again, one a call, and not given again.</param>
/// <param name="StopTokens">Tokens that end the answer.</param>
public sealed record GenerationRequest(
    ImmutableArray<int> Prompt, int TokensMax, SamplingOptions Sampling, ImmutableArray<int> Resume, ImmutableArray<int> StopTokens)
{
    /// <summary>What the answer must be; null (default) is anything.</summary>
    public TokenGrammar? Grammar { get; init; }

    /// <summary>
    /// Whose request it is: only requests of the same scope begin with each other's tokens, for whoever does can tell by the time that another was
    /// there before. Null (default) is a scope, too.
    /// </summary>
    public string? PrefixScope { get; init; }

    /// <summary>Room that was given already, for this and the request's other answers; null where the answer asks for its own.</summary>
    internal SessionRoom? Room { get; init; }

    /// <summary>
    /// Tokens of the answer that the client has, where these are more than those of <see cref="Resume"/>: the first ones after those are generated
    /// again, and count as resumed.
    /// </summary>
    internal int Had { get; init; }
}
