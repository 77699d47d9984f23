namespace SwarmCompute.Client.Gateway;

/// <summary>How asking one head ended.</summary>
internal abstract record Attempt
{
    private Attempt()
    {
    }

    /// <summary>The client has its answer.</summary>
    public sealed record Told : Attempt;

    /// <summary>The head is busy.</summary>
    /// <param name="RetryAfter">For how long; null where it did not say.</param>
    public sealed record Busy(TimeSpan? RetryAfter) : Attempt;

    /// <summary>The head refused the request.</summary>
    /// <param name="Status">The HTTP status.</param>
    /// <param name="Body">The error object.</param>
    /// <param name="IsFinal">Whether every other head would say the same.</param>
    public sealed record Refused(int Status, byte[] Body, bool IsFinal) : Attempt;

    /// <summary>The head was lost.</summary>
    /// <param name="Reason">One line.</param>
    /// <param name="HasBegun">Whether it had taken the request.</param>
    public sealed record Broken(string Reason, bool HasBegun) : Attempt;
}
