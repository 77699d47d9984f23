namespace SwarmCompute.Attestation;

/// <summary>What became of a request to a vendor.</summary>
public abstract record CollateralAnswer
{
    private CollateralAnswer()
    {
    }

    /// <summary>The vendor gave something; whether it is the item is not judged yet.</summary>
    /// <param name="Body">Its bytes.</param>
    /// <param name="IssuerChain">The certificates that came beside it; null where none did.</param>
    public sealed record Found(ReadOnlyMemory<byte> Body, ReadOnlyMemory<byte>? IssuerChain) : CollateralAnswer;

    /// <summary>The vendor answered that it has no such item, or that it does not give it: asking again soon is of no use.</summary>
    /// <param name="Why">In one line.</param>
    public sealed record Refused(string Why) : CollateralAnswer;

    /// <summary>The vendor could not be reached, is busy, or answered with something else.</summary>
    /// <param name="Why">In one line.</param>
    /// <param name="RetryAfter">How long it asks to be left alone; null where it does not say.</param>
    /// <param name="IsWhole">Whether that concerns all items of the service, and not this one alone.</param>
    public sealed record Down(string Why, TimeSpan? RetryAfter = null, bool IsWhole = false) : CollateralAnswer;
}
