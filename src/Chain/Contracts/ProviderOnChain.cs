namespace SwarmCompute.Chain.Contracts;

/// <summary>A provider that has registered.</summary>
/// <param name="Payout">Where its payments are credited.</param>
/// <param name="MetadataHash">The hash of what it says of itself.</param>
/// <param name="Staked">Its stake in all.</param>
/// <param name="Locked">What of it is locked for leases.</param>
/// <param name="Unstaking">What of it is on its way out.</param>
/// <param name="UnstakeAt">From when that may be taken.</param>
public sealed record ProviderOnChain(Address Payout, Hash32 MetadataHash, Wei Staked, Wei Locked, Wei Unstaking, DateTimeOffset UnstakeAt)
{
    /// <summary>What new leases may lock.</summary>
    public Wei Free => Staked - Locked - Unstaking;
}
