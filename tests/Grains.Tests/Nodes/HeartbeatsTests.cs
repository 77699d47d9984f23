using Microsoft.Extensions.Time.Testing;
using SwarmCompute.Grains.Nodes;

namespace SwarmCompute.Grains.Tests.Nodes;

public sealed class HeartbeatsTests
{
    private static readonly NodeId First = new("node-1");
    private static readonly NodeId Second = new("node-2");

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void A_node_is_silent_while_others_are_heard()
    {
        var heartbeats = new Heartbeats(_time);
        heartbeats.Heard(First);
        for (var second = 0; second < 12; second++) Pass(heartbeats, Second);
        Assert.Equal(TimeSpan.FromSeconds(12), heartbeats.Silence(First));
        Assert.Equal(TimeSpan.Zero, heartbeats.Silence(Second));
    }

    [Fact]
    public void Who_hears_nobody_blames_nobody()
    {
        var heartbeats = new Heartbeats(_time);
        heartbeats.Heard(First);
        heartbeats.Heard(Second);
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(TimeSpan.Zero, heartbeats.Silence(First));
        Pass(heartbeats, Second);                                            // the first to be heard again does not convict the others
        Assert.True(heartbeats.Silence(First) <= TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void A_node_that_was_never_heard_counts_from_the_beginning()
    {
        var heartbeats = new Heartbeats(_time);
        for (var second = 0; second < 11; second++) Pass(heartbeats, Second);
        Assert.Equal(TimeSpan.FromSeconds(11), heartbeats.Silence(First));
    }

    private void Pass(Heartbeats heartbeats, NodeId heard)
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        heartbeats.Heard(heard);
    }
}
