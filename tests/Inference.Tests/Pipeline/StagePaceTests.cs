using Microsoft.Extensions.Time.Testing;

namespace SwarmCompute.Inference.Tests.Pipeline;

public sealed class StagePaceTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch);
    private readonly StagePace _pace;

    public StagePaceTests() => _pace = new StagePace(_time);

    [Fact]
    public void A_stage_that_stays_four_times_slower_than_its_best_is_slow_until_it_recovers()
    {
        Run(100, 10);
        Assert.Equal(0, _pace.SlowPercent);
        Run(1000, 40);
        Assert.Equal(400, _pace.SlowPercent);
        Run(100, 50);
        Assert.Equal(500, _pace.SlowPercent);
        Run(100, 10);
        Assert.Equal(0, _pace.SlowPercent);
    }

    [Fact]
    public void A_short_time_of_slowness_or_a_few_slow_calls_are_not_slowness()
    {
        Run(100, 10);
        Run(400, 40);                                                        // 16 s
        Assert.Equal(0, _pace.SlowPercent);
        Run(100, 10);
        for (var call = 0; call < 1000; call++) Observe(1, 100, call % 4 == 0 ? 500 : 10);
        Assert.Equal(0, _pace.SlowPercent);
    }

    [Fact]
    public void Longer_calls_and_longer_contexts_are_not_slowness()
    {
        Run(100, 10);
        for (var call = 0; call < 200; call++) Observe(32, 100, 200);
        for (var call = 0; call < 200; call++) Observe(1, 4000, 200);
        Assert.Equal(0, _pace.SlowPercent);
    }

    private void Run(int calls, int milliseconds)
    {
        for (var call = 0; call < calls; call++) Observe(1, 100, milliseconds);
    }

    private void Observe(int tokens, long before, int milliseconds)
    {
        _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        _pace.Observe(tokens, before, TimeSpan.FromMilliseconds(milliseconds));
    }
}
