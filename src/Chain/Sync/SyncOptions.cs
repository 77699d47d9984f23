namespace SwarmCompute.Chain.Sync;

/// <summary>What the follower expects of a chain.</summary>
public sealed record SyncOptions
{
    /// <summary>The most blocks above the final one that are followed, 16 to 4096.</summary>
    public int HotDepthMax { get; init; } = 512;

    /// <summary>From this age on a final block is not believed; null where blocks have no honest time.</summary>
    public TimeSpan? FinalizedAgeMax { get; init; }

    /// <summary>Without a new block for so long there is an alarm; null where blocks come as they like.</summary>
    public TimeSpan? StallAfter { get; init; }

    /// <summary>With so many blocks above the final one there is an alarm.</summary>
    public ulong FinalityLagMax { get; init; } = 512;

    /// <summary>How the follower is broken on purpose; <see cref="SyncMutant.None"/> but on development chains.</summary>
    public SyncMutant Mutant { get; init; }

    /// <summary>From so many blocks above the last final one on, the block so far below the newest counts as final although no tag says so; 0 for never.</summary>
    public ulong FallbackDepth { get; init; }

    /// <summary>What is known of a chain. A development chain's blocks come as they like, and their time is what a test says.</summary>
    public static SyncOptions Of(ChainProfile profile) => profile.ChainId is 31337 or 0
        ? new SyncOptions()
        : new SyncOptions
        {
            FinalizedAgeMax = profile.Finality is FinalityMode.TagOrDepth ? TimeSpan.FromMinutes(3) : TimeSpan.FromMinutes(5),
            StallAfter = profile.HeadStallAlarm,
            FinalityLagMax = (ulong)profile.FinalityLagAlarm,
            HotDepthMax = Math.Max(512, profile.FinalityLagAlarm),
            FallbackDepth = profile.Finality is FinalityMode.TagOrDepth ? (ulong)profile.FallbackDepth : 0,
        };

    /// <summary>Whether a chain is one on which nothing is of worth, where the follower may be broken on purpose.</summary>
    public static bool IsDevelopment(ulong chainId) => chainId is 31337 or 1337;
}
