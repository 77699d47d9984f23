namespace SwarmCompute.Attestation;

/// <summary>One check of evidence. It decides alone and touches nothing but its arguments.</summary>
public interface IEvidenceCheck
{
    /// <summary>Judges the evidence; never throws for what the evidence holds.</summary>
    Check Run(Evidence evidence, EvidencePolicy policy);
}
