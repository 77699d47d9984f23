namespace SwarmCompute.Attestation;

/// <summary>Asks vendors, or whoever mirrors them. What it brings is not trusted: whoever asks checks it against the vendors' roots.</summary>
public interface ICollateralVendor
{
    /// <summary>Asks for one item, within a bounded time and size; an outage is an answer, not an exception.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    Task<CollateralAnswer> Fetch(CollateralRequest request, CancellationToken cancel);
}
