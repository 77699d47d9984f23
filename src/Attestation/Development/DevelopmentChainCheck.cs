namespace SwarmCompute.Attestation;

/// <summary>Development evidence is accepted only on the one development chain that the policy names.</summary>
public sealed class DevelopmentChainCheck : IEvidenceCheck
{
    /// <inheritdoc/>
    public Check Run(Evidence evidence, EvidencePolicy policy)
    {
        const string name = "development chain";
        if (evidence.Type != Manifest.Development) return new(name, true, "the evidence is not of the development type");
        return policy.DevelopmentChainId == policy.ChainId
            ? new(name, true, $"development evidence is allowed on chain {policy.ChainId}")
            : new(name, false, $"development evidence is refused on chain {policy.ChainId}");
    }
}
