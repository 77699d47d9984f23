namespace SwarmCompute.Client;

/// <summary>A request to the swarm that did not succeed. The message is one line that says what is wrong and what to do.</summary>
public sealed class SwarmException : Exception
{
    /// <summary>What kind of failure it was.</summary>
    public SwarmFailure Failure { get; }

    /// <summary>Takes the kind of failure and the line for a person.</summary>
    public SwarmException(SwarmFailure failure, string message, Exception? inner = null) : base(message, inner) => Failure = failure;
}
