namespace SwarmCompute.Silo.Agent;

/// <summary>
/// Notices when nothing is heard of a guest for too long. Time is counted in ticks that were waited for, not read from a clock: when this
/// process itself stood still, the guest is not to blame.
/// </summary>
internal sealed class SilenceWatch(TimeProvider time)
{
    /// <summary>How often it looks.</summary>
    public static readonly TimeSpan TickTime = TimeSpan.FromMilliseconds(250);

    /// <summary>From the start to the greeting: loading, attestation, certification.</summary>
    public static readonly TimeSpan GreetingTime = TimeSpan.FromMinutes(2);

    /// <summary>Between two messages, after the greeting.</summary>
    public static readonly TimeSpan SilenceTime = TimeSpan.FromSeconds(5);

    private volatile bool _greeted;
    private int _silentTicks;

    /// <summary>The guest has said something.</summary>
    public void Heard() => Interlocked.Exchange(ref _silentTicks, 0);

    /// <summary>The guest has greeted: from now on it must speak every second.</summary>
    public void Greeted()
    {
        Heard();
        _greeted = true;
    }

    /// <summary>Completes with the reason, in one line, when it is too long.</summary>
    public async Task<string> WaitForSilence(CancellationToken cancel)
    {
        while (true)
        {
            await Task.Delay(TickTime, time, cancel);
            if (Tick() is { } reason) return reason;
        }
    }

    /// <summary>Counts one tick; the reason where it is one too many.</summary>
    internal string? Tick()
    {
        var silence = TickTime * Interlocked.Increment(ref _silentTicks);
        if (_greeted && silence >= SilenceTime) return $"nothing was heard of the guest for {SilenceTime.TotalSeconds} s";
        return silence >= GreetingTime ? $"the guest did not greet within {GreetingTime.TotalSeconds} s" : null;
    }
}
