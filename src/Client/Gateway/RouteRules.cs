namespace SwarmCompute.Client.Gateway;

/// <summary>Which replica gets a request, and how long one is left alone that did not take it.</summary>
internal static class RouteRules
{
    /// <summary>A replica that knows the prompt's beginning is passed over where it has more answers in flight than the least busy one, by more than this.</summary>
    public const int BusierByMax = 2;

    /// <summary>The shortest and the longest time that a replica is left alone because it asked for it.</summary>
    public static readonly TimeSpan AskedMin = TimeSpan.FromMilliseconds(100), AskedMax = TimeSpan.FromSeconds(60);

    /// <summary>The first and the longest time that a replica is left alone that did not say how long.</summary>
    public static readonly TimeSpan RestMin = TimeSpan.FromMilliseconds(250), RestMax = TimeSpan.FromSeconds(8);

    /// <summary>
    /// Of the usable replicas that are not clearly busier than the least busy one, the one that has seen most of the prompt; where none has seen
    /// any of it, the least busy one, and among equals the one that was given the fewest requests. Null where none is usable.
    /// </summary>
    public static int? Choose(ReadOnlySpan<RouteCandidate> candidates)
    {
        var least = int.MaxValue;
        foreach (var candidate in candidates)
            if (candidate.IsUsable) least = Math.Min(least, candidate.InFlight);
        int? best = null;
        for (var index = 0; index < candidates.Length; index++)
        {
            if (!candidates[index].IsUsable || candidates[index].InFlight - least > BusierByMax) continue;
            if (best is not { } other || IsBetter(candidates[index], candidates[other])) best = index;
        }
        return best;
    }

    /// <summary>How long a replica is left alone.</summary>
    /// <param name="refusals">How often in a row it did not answer, from 1.</param>
    /// <param name="asked">What it asked for; null where it did not say.</param>
    public static TimeSpan Rest(int refusals, TimeSpan? asked)
    {
        if (asked is { } time) return TimeSpan.FromTicks(Math.Clamp(time.Ticks, AskedMin.Ticks, AskedMax.Ticks));
        var doublings = Math.Clamp(refusals - 1, 0, 10);
        return TimeSpan.FromTicks(Math.Min(RestMin.Ticks << doublings, RestMax.Ticks));
    }

    private static bool IsBetter(RouteCandidate one, RouteCandidate other)
    {
        if (one.BlocksSeen != other.BlocksSeen) return one.BlocksSeen > other.BlocksSeen;
        return one.InFlight != other.InFlight ? one.InFlight < other.InFlight : one.Given < other.Given;
    }
}
