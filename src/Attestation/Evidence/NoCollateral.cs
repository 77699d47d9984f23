namespace SwarmCompute.Attestation;

/// <summary>Has nothing: evidence that needs a vendor's word is then refused as transient.</summary>
public sealed class NoCollateral : ICollateralSource
{
    /// <inheritdoc/>
    public ValueTask<EvidenceCollateral> For(Evidence evidence, CancellationToken cancel) => ValueTask.FromResult(EvidenceCollateral.None);

    /// <inheritdoc/>
    public DateTimeOffset LatestSigned => DateTimeOffset.MinValue;
}
