using Microsoft.Extensions.Time.Testing;

namespace SwarmCompute.Inference.Tests.Pipeline;

public sealed class StagePaceTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch);
    private readonly StagePace _pace;

    public StagePaceTests() => _pace = new StagePace(_time);

    [Fact]
    public void A_stage_that_stays_three_times_slower_than_its_best_says_so_once()
    {
        Assert.Empty(Run(100, 10));
        Assert.Equal(3, Assert.Single(Run(1000, 30)));
    }

    [Fact]
    public void It_says_so_again_where_it_had_recovered_in_between()
    {
        Run(100, 10);
        Assert.Single(Run(1000, 40));
        Assert.Empty(Run(100, 10));
        Assert.Equal(4, Assert.Single(Run(1000, 40)));
    }

    [Fact]
    public void A_short_time_of_slowness_or_a_few_slow_calls_say_nothing()
    {
        Run(100, 10);
        Assert.Empty(Run(200, 40));                                           // 8 s
        Assert.Empty(Run(100, 10));
        for (var call = 0; call < 1000; call++) Assert.Null(Observe(1, 100, call % 4 == 0 ? 500 : 10));
    }

    [Fact]
    public void Longer_calls_and_longer_contexts_are_not_slowness()
    {
        Run(100, 10);
        for (var call = 0; call < 200; call++) Assert.Null(Observe(32, 100, 200));
        for (var call = 0; call < 200; call++) Assert.Null(Observe(1, 4000, 200));
    }

    private List<double> Run(int calls, int milliseconds) =>
        [.. Enumerable.Range(0, calls).Select(_ => Observe(1, 100, milliseconds)).OfType<double>()];

    private double? Observe(int tokens, long before, int milliseconds)
    {
        _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        return _pace.Observe(tokens, before, TimeSpan.FromMilliseconds(milliseconds));
    }
}
