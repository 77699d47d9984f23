namespace SwarmCompute.Chain.Development;

/// <summary>The small sums and short times of the contracts on a development chain.</summary>
public static class DevelopmentTerms
{
    /// <summary>The least deposit of an order in the test token.</summary>
    public static Wei MinDeposit { get; } = new(1);

    /// <summary>What a lease locks of a provider's stake.</summary>
    public static Wei StakePerLease { get; } = new(10);

    /// <summary>How long stake takes to come out.</summary>
    public static TimeSpan UnstakeCooldown { get; } = TimeSpan.FromMinutes(1);

    /// <summary>What opening a dispute takes.</summary>
    public static Wei DisputeBond { get; } = new(5);

    /// <summary>How long the arbiter has.</summary>
    public static TimeSpan DecideWithin { get; } = TimeSpan.FromHours(1);
}
