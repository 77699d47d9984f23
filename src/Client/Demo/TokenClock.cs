namespace SwarmCompute.Client.Demo;

/// <summary>Measures the longest wait between two tokens.</summary>
internal sealed class TokenClock(TimeProvider time)
{
    private long? _last;

    /// <summary>The longest wait so far, from the first token on.</summary>
    public TimeSpan Longest { get; private set; }

    public void Tick()
    {
        var now = time.GetTimestamp();
        if (_last is { } last && time.GetElapsedTime(last, now) is var gap && gap > Longest) Longest = gap;
        _last = now;
    }
}
