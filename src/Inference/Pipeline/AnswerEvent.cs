namespace SwarmCompute.Inference;

/// <summary>One event of a streamed answer.</summary>
/// <param name="Choice">Which of the request's answers it is of: 0 to <see cref="ChoicesMax"/> - 1.</param>
/// <param name="Token">The token; <see cref="End"/> where the choice has ended.</param>
internal readonly record struct AnswerEvent(byte Choice, int Token)
{
    /// <summary>The most answers of one request.</summary>
    public const int ChoicesMax = 8;

    /// <summary>Stands for the end of a choice.</summary>
    public const int End = -1;

    /// <summary>Whether there can be such an event.</summary>
    public bool IsPossible => Choice < ChoicesMax && Token >= End;
}
