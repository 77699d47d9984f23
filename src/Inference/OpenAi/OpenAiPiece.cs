using System.Collections.Immutable;

namespace SwarmCompute.Inference;

/// <summary>A piece of an answer.</summary>
/// <param name="Choice">Which of the request's answers, from 0.</param>
/// <param name="Text">Its text; may be empty.</param>
/// <param name="Token">The token that it stands for; null for the last piece.</param>
/// <param name="Finish">Why the answer is over; null where it is not.</param>
internal sealed record OpenAiPiece(int Choice, string Text, GeneratedToken? Token, string? Finish)
{
    /// <summary>Log probabilities, where they were asked for: the token's own first, then those of the likeliest candidates.</summary>
    public ImmutableArray<(int Token, double Logprob)> Logprobs { get; init; } = [];

    /// <summary>Where in the answer the token begins, in characters (Unicode scalar values).</summary>
    public int Offset { get; init; }
}
