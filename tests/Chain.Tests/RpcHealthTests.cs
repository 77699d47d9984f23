using CsCheck;
using SwarmCompute.Chain.JsonRpc;
using SwarmCompute.Chain.Tests.Support;

namespace SwarmCompute.Chain.Tests;

/// <summary>How long an endpoint is left alone, and how many requests go through at once.</summary>
public sealed class RpcHealthTests
{
    private const string Logs = "eth_getLogs";
    private readonly ManualTime _time = new();

    [Fact]
    public void Each_failure_doubles_the_rest_up_to_half_a_minute()
    {
        var health = new RpcHealth(_time);
        List<double> rests = [];
        for (var i = 0; i < 9; i++)
        {
            health.Asked();
            health.Failed();
            rests.Add((health.RestsUntil - _time.GetUtcNow()).TotalSeconds);
        }
        Assert.Equal([0.25, 0.5, 1, 2, 4, 8, 16, 30, 30], rests);
    }

    [Fact]
    public void After_its_rest_one_request_may_try_and_its_success_ends_the_matter()
    {
        var health = new RpcHealth(_time);
        health.Asked();
        health.Failed();
        Assert.True(health.IsResting);
        _time.Advance(TimeSpan.FromMilliseconds(251));
        Assert.False(health.IsResting);
        health.Asked();
        Assert.True(health.IsResting);                // for all others, while the probe is under way
        health.Answered(Logs, TimeSpan.FromMilliseconds(10));
        Assert.False(health.IsResting || health.HasFailed);
    }

    [Fact]
    public void A_probe_that_was_given_up_leaves_room_for_another()
    {
        var health = new RpcHealth(_time);
        health.Asked();
        health.Failed();
        _time.Advance(TimeSpan.FromSeconds(1));
        health.Asked();
        health.GivenUp();
        Assert.False(health.IsResting);
    }

    [Fact]
    public void A_limit_of_a_method_is_of_that_method_and_one_of_the_endpoint_is_of_all()
    {
        var health = new RpcHealth(_time);
        health.Limited(Logs, TimeSpan.FromSeconds(7));
        Assert.Equal((TimeSpan.FromSeconds(7), TimeSpan.Zero), (health.LimitedFor(Logs), health.LimitedFor("eth_call")));
        health.Limited(null, TimeSpan.FromSeconds(9));
        Assert.Equal((TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(9)), (health.LimitedFor(Logs), health.LimitedFor("eth_call")));
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(TimeSpan.Zero, health.LimitedFor(Logs));
    }

    [Fact]
    public void A_limit_without_an_end_grows_and_never_exceeds_a_minute()
    {
        var health = new RpcHealth(_time);
        List<double> waits = [];
        for (var i = 0; i < 8; i++)
        {
            health.Limited(Logs, null);
            waits.Add(health.LimitedFor(Logs).TotalSeconds);
        }
        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60], waits);
        health.Limited(null, TimeSpan.FromDays(1));
        Assert.Equal(TimeSpan.FromSeconds(60), health.LimitedFor("eth_call"));
    }

    [Fact]
    public void The_newest_latency_weighs_a_fifth_and_an_old_one_nothing()
    {
        var health = new RpcHealth(_time);
        health.Asked();
        health.Answered(Logs, TimeSpan.FromMilliseconds(100));
        health.Answered(Logs, TimeSpan.FromMilliseconds(200));
        Assert.Equal(TimeSpan.FromMilliseconds(120), health.Latency);
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(TimeSpan.Zero, health.Latency);
    }

    [Fact]
    public void Through_a_bucket_go_a_second_worth_at_once_and_then_the_rate() =>
        Gen.Select(Gen.Int[1, 50], Gen.Int[1, 200]).Sample((rate, requests) =>
        {
            var bucket = new TokenBucket(rate, new ManualTime());
            var waits = Enumerable.Range(0, requests).Select(_ => bucket.Take()).ToArray();
            return waits.Take(rate).All(w => w == TimeSpan.Zero)
                && waits.Skip(rate).Select((w, i) => Math.Abs(w.TotalSeconds - (i + 1.0) / rate)).All(off => off < 1e-6)
                && bucket.HasToken == requests < rate;
        });

    [Fact]
    public void A_bucket_fills_with_time_and_no_further_than_a_second_worth()
    {
        var bucket = new TokenBucket(10, _time);
        for (var i = 0; i < 10; i++) bucket.Take();
        Assert.False(bucket.HasToken);
        _time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.True(bucket.HasToken);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(10, Enumerable.Range(0, 20).Count(_ => bucket.Take() == TimeSpan.Zero));
        Assert.True(new TokenBucket(0, _time).HasToken);
    }
}
