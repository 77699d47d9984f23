using SwarmCompute.Attestation.Tests;

namespace SwarmCompute.Guest.Tests.Hardware;

/// <summary>A clock that stands where the test sets it. What is done again and again is done fifty times as often; bounds are real.</summary>
internal sealed class HurriedClock : TimeProvider
{
    private const int Hurry = 50;

    private long _now = IntelCase.At.UtcTicks;

    public void Advance(TimeSpan by) => Interlocked.Add(ref _now, by.Ticks);

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _now), TimeSpan.Zero);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        period == Timeout.InfiniteTimeSpan ? base.CreateTimer(callback, state, dueTime, period) : base.CreateTimer(callback, state, dueTime / Hurry, period / Hurry);
}
