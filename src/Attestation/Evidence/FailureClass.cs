namespace SwarmCompute.Attestation;

/// <summary>What may be done about a check that failed.</summary>
public enum FailureClass
{
    /// <summary>Nothing: the evidence is wrong, or proves something else.</summary>
    Permanent,

    /// <summary>Try again: collateral is missing or out of its time, or a service does not answer.</summary>
    Transient,

    /// <summary>Another policy would accept it.</summary>
    Policy,
}
