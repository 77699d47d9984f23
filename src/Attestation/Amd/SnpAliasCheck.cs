namespace SwarmCompute.Attestation;

/// <summary>When a report must say that the memory was checked for aliases (AMD-SB-3015).</summary>
public enum SnpAliasCheck
{
    /// <summary>Where its version can say it: 3 and later.</summary>
    WhereReported,

    /// <summary>Always; reports of version 2 are refused.</summary>
    Always,

    /// <summary>Never.</summary>
    Never,
}
