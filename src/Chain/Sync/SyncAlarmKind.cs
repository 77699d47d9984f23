namespace SwarmCompute.Chain.Sync;

/// <summary>Why a person should look.</summary>
public enum SyncAlarmKind
{
    /// <summary>No new block for longer than the chain ever takes.</summary>
    NoNewHead,

    /// <summary>The final block is further behind the newest one than it ever is.</summary>
    FinalityLag,

    /// <summary>The final block that endpoints name is old; it is not believed.</summary>
    StaleFinality,

    /// <summary>An endpoint is behind what was final before, or gives no answer.</summary>
    LaggingEndpoint,

    /// <summary>Endpoints name different final blocks of the same number.</summary>
    Disagreement,

    /// <summary>Two reads of the same blocks gave different events; they are read again.</summary>
    Unconfirmed,

    /// <summary>An order's events have a gap that stays when they are read again.</summary>
    Gap,

    /// <summary>The follower is broken on purpose.</summary>
    Mutant,
}
