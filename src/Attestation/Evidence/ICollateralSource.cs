namespace SwarmCompute.Attestation;

/// <summary>Where what the vendors say about evidence comes from.</summary>
public interface ICollateralSource
{
    /// <summary>What is at hand for this evidence, fetched where it can be; what cannot be had is missing, and the verdict says so.</summary>
    /// <param name="evidence">What is to be judged; nothing of it is trusted.</param>
    /// <param name="cancel">Ends the wait.</param>
    ValueTask<EvidenceCollateral> For(Evidence evidence, CancellationToken cancel);

    /// <summary>
    /// The latest time at which a vendor signed anything of what is at hand; the earliest time there is where it is nothing. It cannot be earlier now: a
    /// host that sets the clock back revives no collateral that has ended since.
    /// </summary>
    DateTimeOffset LatestSigned { get; }

    /// <summary>The time to judge at: now, or the latest that a vendor has signed.</summary>
    /// <param name="time">The clock, which may be the host's.</param>
    DateTimeOffset Now(TimeProvider time)
    {
        var now = time.GetUtcNow();
        return now > LatestSigned ? now : LatestSigned;
    }
}
