namespace SwarmCompute.Guest.Collection;

/// <summary>How long the kernel is asked, and how often.</summary>
/// <param name="Within">The time for everything together.</param>
/// <param name="Pause">The pause after the first attempt; it doubles after each, up to <see cref="PauseMax"/>.</param>
/// <param name="Attempts">The most attempts.</param>
internal sealed record TsmLimits(TimeSpan Within, TimeSpan Pause, int Attempts)
{
    /// <summary>The longest pause between two attempts.</summary>
    public static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(2);

    /// <summary>60 s: a TDX quote comes from a service of the host, for which the kernel waits up to 30 s. Eight attempts, 0.1 s after the first.</summary>
    public static TsmLimits Default { get; } = new(TimeSpan.FromSeconds(60), TimeSpan.FromMilliseconds(100), 8);

    /// <summary>The pause after an attempt, counted from 1.</summary>
    public TimeSpan PauseAfter(int attempt)
    {
        var pause = Pause * Math.Pow(2, attempt - 1);
        return pause < PauseMax ? pause : PauseMax;
    }
}
