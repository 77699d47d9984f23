namespace SwarmCompute.Attestation;

/// <summary>The outcome of a verification.</summary>
public enum Verdict
{
    /// <summary>Something did not hold, or nothing was checked.</summary>
    Refused,

    /// <summary>Everything was checked, and held.</summary>
    Accepted,
}
