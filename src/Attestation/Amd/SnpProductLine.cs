namespace SwarmCompute.Attestation;

/// <summary>AMD's lines of processors with SEV-SNP; each has an own root and an own layout of its versions.</summary>
public enum SnpProductLine
{
    /// <summary>EPYC 7003.</summary>
    Milan,

    /// <summary>EPYC 9004 and 8004 (Genoa, Bergamo, Siena).</summary>
    Genoa,

    /// <summary>EPYC 9005.</summary>
    Turin,
}
