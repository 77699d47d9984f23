namespace SwarmCompute.Chain.JsonRpc;

/// <summary>Lets through so many requests a second on average, and a second's worth at once.</summary>
/// <param name="perSecond">The rate; 0 for no limit.</param>
/// <param name="time">The clock.</param>
internal sealed class TokenBucket(int perSecond, TimeProvider time)
{
    private readonly Lock _lock = new();
    private double _tokens = perSecond;
    private long _filledAt = time.GetTimestamp();

    /// <summary>Whether a request may go now.</summary>
    public bool HasToken => TimeUntilToken == TimeSpan.Zero;

    /// <summary>How long until a request may go.</summary>
    public TimeSpan TimeUntilToken
    {
        get
        {
            if (perSecond == 0) return TimeSpan.Zero;
            lock (_lock)
            {
                Fill();
                return _tokens >= 1 ? TimeSpan.Zero : TimeSpan.FromSeconds((1 - _tokens) / perSecond);
            }
        }
    }

    /// <summary>Takes a token; the balance may go below zero, and then the caller waits for so long.</summary>
    public TimeSpan Take()
    {
        if (perSecond == 0) return TimeSpan.Zero;
        lock (_lock)
        {
            Fill();
            _tokens--;
            return _tokens >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-_tokens / perSecond);
        }
    }

    private void Fill()
    {
        var now = time.GetTimestamp();
        _tokens = Math.Min(perSecond, _tokens + time.GetElapsedTime(_filledAt, now).TotalSeconds * perSecond);
        _filledAt = now;
    }
}
