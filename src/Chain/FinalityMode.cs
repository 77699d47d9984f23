namespace SwarmCompute.Chain;

/// <summary>How a chain says what is final.</summary>
public enum FinalityMode
{
    /// <summary>By the block tag <c>finalized</c> alone; while that stands still, nothing new is final.</summary>
    Tag,

    /// <summary>By the tag, and by depth (<see cref="ChainProfile.FallbackDepth"/>) while the tag lags behind.</summary>
    TagOrDepth,
}
