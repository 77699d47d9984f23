using SwarmCompute.Silo.Agent;

namespace SwarmCompute.Silo.Tests;

public sealed class SilenceWatchTests
{
    private readonly SilenceWatch _watch = new(TimeProvider.System);

    [Fact]
    public void A_guest_that_has_greeted_may_be_silent_for_five_seconds()
    {
        _watch.Greeted();
        Assert.Null(Pass(TimeSpan.FromSeconds(4.75)));
        Assert.Equal("nothing was heard of the guest for 5 s", _watch.Tick());
    }

    [Fact]
    public void Every_message_begins_the_time_anew()
    {
        _watch.Greeted();
        for (var i = 0; i < 10; i++)
        {
            Assert.Null(Pass(TimeSpan.FromSeconds(4)));
            _watch.Heard();
        }
    }

    [Fact]
    public void A_guest_has_two_minutes_to_greet()
    {
        Assert.Null(Pass(TimeSpan.FromSeconds(119.75)));
        Assert.Equal("the guest did not greet within 120 s", _watch.Tick());
    }

    private string? Pass(TimeSpan time) => Enumerable.Range(0, (int)(time / SilenceWatch.TickTime)).Select(_ => _watch.Tick()).LastOrDefault(reason => reason is not null);
}
