namespace SwarmCompute.Attestation;

/// <summary>Where what the vendors say about evidence comes from.</summary>
public interface ICollateralSource
{
    /// <summary>What is at hand for this evidence, fetched where it can be; what cannot be had is missing, and the verdict says so.</summary>
    /// <param name="evidence">What is to be judged; nothing of it is trusted.</param>
    /// <param name="cancel">Ends the wait.</param>
    ValueTask<EvidenceCollateral> For(Evidence evidence, CancellationToken cancel);
}
