namespace SwarmCompute.Inference;

/// <summary>Of several answers to one request those that the model held likeliest.</summary>
internal static class BestAnswers
{
    /// <summary>
    /// The pieces of as many answers as the request asks for, the best first and numbered from 0: by the mean log probability of their tokens, as the model
    /// gave them. An answer without a token comes last; of equal ones the one of the earlier seed is first.
    /// </summary>
    public static IEnumerable<OpenAiPiece> Of(IReadOnlyCollection<OpenAiPiece> pieces, OpenAiRequest request) => request.Generated == request.Choices
        ? pieces
        : pieces.GroupBy(piece => piece.Choice).OrderBy(answer => answer.Key).OrderByDescending(Mean).Take(request.Choices)
            .SelectMany((answer, place) => answer.Select(piece => piece with { Choice = place }));

    private static double Mean(IEnumerable<OpenAiPiece> answer) =>
        answer.Select(piece => piece.Token).OfType<GeneratedToken>().Select(Logprob).DefaultIfEmpty(double.NegativeInfinity).Average();

    private static double Logprob(GeneratedToken token) => OpenAiLogprobs.Of(token.Token, token.Candidates!, top: 0).First().Logprob;
}
