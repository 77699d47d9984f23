namespace SwarmCompute.Attestation;

/// <summary>The evidence is of a type that the manifest allows and that this version can judge.</summary>
public sealed class TeeTypeCheck : IEvidenceCheck
{
    /// <inheritdoc/>
    public Check Run(Evidence evidence, EvidencePolicy policy)
    {
        if (!policy.Tee.Contains(evidence.Type))
            return new("TEE type", false, $"the evidence is of type '{Shown(evidence.Type)}'; the manifest allows {string.Join(", ", policy.Tee)}");
        return evidence.Type == Manifest.Development
            ? new("TEE type", true, evidence.Type)
            : new("TEE type", false, $"this version cannot judge evidence of type '{evidence.Type}'");
    }

    private static string Shown(string type) => type.Length <= 32 ? type : type[..32];
}
