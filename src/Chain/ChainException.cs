namespace SwarmCompute.Chain;

/// <summary>A call to the chain failed; the message is one line that a person can act on.</summary>
public sealed class ChainException : Exception
{
    /// <summary>A failure of a kind other than a revert.</summary>
    public ChainException(ChainErrorKind kind, string message, Exception? inner = null) : base(message, inner) => Kind = kind;

    private ChainException(string errorName, string message) : base(message)
    {
        Kind = ChainErrorKind.Reverted;
        ErrorName = errorName;
    }

    /// <summary>Why the call failed.</summary>
    public ChainErrorKind Kind { get; }

    /// <summary>For <see cref="ChainErrorKind.Reverted"/>: the contract's error, for example <c>StaleEpoch</c>; null for other kinds.</summary>
    public string? ErrorName { get; }

    /// <summary>For <see cref="ChainErrorKind.RangeTooLarge"/>: the number of blocks, from 1, that the endpoint says it would take; null where it does not.</summary>
    public int? SuggestedRange { get; init; }

    /// <summary>For <see cref="ChainErrorKind.RateLimited"/>: how long to wait; null where the endpoint does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether an endpoint that was asked before this refusal may have acted on the request without saying so.</summary>
    internal bool MayHaveArrived { get; set; }

    /// <summary>A call that the contract refused.</summary>
    /// <param name="errorName">The contract's error, without arguments.</param>
    /// <param name="message">One line, with the arguments.</param>
    public static ChainException Reverted(string errorName, string message) => new(errorName, message);
}
