namespace SwarmCompute.Inference;

/// <summary>
/// Tokens whose keys and values the sessions of a pipeline hold together: those of answers in full from their beginning, up to the last that they may
/// come to hold; those of kept sessions as many as they have. Not thread-safe.
/// </summary>
/// <remarks>
/// Tokens that a session shares with the one that it began with count for both. In a stage they are the same cells at first, but when all that live are
/// moved together each sequence gets its own (see KvArena), and a successor is fed every session by itself. So nothing that is let in here can lack cells there.
/// </remarks>
internal sealed class KvBudget(long max)
{
    /// <summary>Tokens that there are.</summary>
    public long Max => max;

    /// <summary>Tokens that are taken.</summary>
    public long Taken { get; private set; }

    /// <summary>Tokens that are free.</summary>
    public long Free => max - Taken;

    /// <summary>Takes tokens that are free.</summary>
    /// <exception cref="InvalidOperationException">They are not free.</exception>
    public void Take(long tokens)
    {
        if (tokens < 0 || tokens > Free) throw new InvalidOperationException($"{tokens} tokens were to be taken, where {Taken} of {max} are.");
        Taken += tokens;
    }

    /// <summary>Gives tokens back that were taken.</summary>
    /// <exception cref="InvalidOperationException">They were not taken, or were given back before.</exception>
    public void Return(long tokens)
    {
        if (tokens < 0 || tokens > Taken) throw new InvalidOperationException($"{tokens} tokens were to be given back, where {Taken} of {max} are taken.");
        Taken -= tokens;
    }
}
