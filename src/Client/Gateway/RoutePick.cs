namespace SwarmCompute.Client.Gateway;

/// <summary>What becomes of a request that looks for a replica.</summary>
internal abstract record RoutePick
{
    private RoutePick()
    {
    }

    /// <summary>It goes there.</summary>
    public sealed record At(ReplicaUse Use) : RoutePick;

    /// <summary>All that could answer said that they are busy; the first is left alone for that long.</summary>
    public sealed record Busy(TimeSpan RetryAfter) : RoutePick;

    /// <summary>None has a head that answers now.</summary>
    public sealed record Nowhere : RoutePick;

    /// <summary>Every order is over.</summary>
    public sealed record Over : RoutePick;
}
