namespace SwarmCompute.Grains.ChainFeed;

/// <summary>How the chain is followed.</summary>
public sealed record ChainFeedOptions
{
    /// <summary>The least time between two looks at the chain.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromMilliseconds(300);
}
