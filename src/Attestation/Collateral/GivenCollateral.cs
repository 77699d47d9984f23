namespace SwarmCompute.Attestation;

/// <summary>What a process was given to judge evidence with: what the vendors say, and the platform keys that it trusts, which no vendor publishes and no bundle carries.</summary>
/// <param name="vendors">What the vendors say; null: nothing is at hand.</param>
/// <param name="platformKeys">The keys of Arm's platforms as of now; null: none were given.</param>
public sealed class GivenCollateral(CollateralService? vendors, Func<CcaKeys>? platformKeys) : ICollateralSource
{
    private readonly ICollateralSource _vendors = vendors ?? (ICollateralSource)new NoCollateral();

    /// <inheritdoc/>
    public DateTimeOffset LatestSigned => _vendors.LatestSigned;

    /// <inheritdoc/>
    public async ValueTask<EvidenceCollateral> For(Evidence evidence, CancellationToken cancel)
    {
        var collateral = await _vendors.For(evidence, cancel);
        return evidence.Type == CcaVerifier.Type ? collateral with { Cca = platformKeys?.Invoke() } : collateral;
    }
}
