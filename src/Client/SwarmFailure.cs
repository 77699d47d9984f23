namespace SwarmCompute.Client;

/// <summary>Why a request to the swarm failed.</summary>
public enum SwarmFailure
{
    /// <summary>No silo, or not the head of the pipeline, answered.</summary>
    Unreachable,

    /// <summary>Nothing came within the time allowed.</summary>
    Timeout,

    /// <summary>The swarm understood the request and refused it.</summary>
    Refused,

    /// <summary>The answer breaks the protocol: too long, not JSON, a token out of order.</summary>
    Protocol,
}
