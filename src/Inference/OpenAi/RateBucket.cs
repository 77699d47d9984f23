namespace SwarmCompute.Inference;

/// <summary>
/// A limit for each minute, as a bucket that fills evenly and is charged for what was used: it may fall below empty, by what one request used
/// more than was left, and the next one waits for it. (System.Threading.RateLimiting has neither debts nor a clock that can be given.)
/// </summary>
internal sealed class RateBucket(int perMinute, TimeProvider time)
{
    private readonly Lock _gate = new();
    private double _left = perMinute;
    private long _at = time.GetTimestamp();

    public int PerMinute => perMinute;

    /// <summary>What is left now: whole units, not less than 0.</summary>
    public int Left
    {
        get { lock (_gate) return (int)Math.Max(0, Math.Floor(Filled())); }
    }

    /// <summary>How long until the bucket is full again.</summary>
    public TimeSpan UntilFull
    {
        get { lock (_gate) return TimeSpan.FromMinutes((perMinute - Filled()) / perMinute); }
    }

    /// <summary>How long until there is a whole unit; zero where there is one.</summary>
    public TimeSpan UntilNext
    {
        get { lock (_gate) return TimeSpan.FromMinutes(Math.Max(0, 1 - Filled()) / perMinute); }
    }

    public void Charge(int units)
    {
        lock (_gate) _left = Filled() - units;
    }

    private double Filled()
    {
        var now = time.GetTimestamp();
        _left = Math.Min(perMinute, _left + perMinute * time.GetElapsedTime(_at, now).TotalMinutes);
        _at = now;
        return _left;
    }
}
