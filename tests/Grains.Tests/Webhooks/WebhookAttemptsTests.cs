using Microsoft.Extensions.Time.Testing;
using SwarmCompute.Grains.Tests.Cluster;
using SwarmCompute.Grains.Webhooks;

namespace SwarmCompute.Grains.Tests.Webhooks;

public sealed class WebhookAttemptsTests
{
    private static readonly WebhookCall Call = new() { Url = "https://customer.example/", Id = "order-1-Running", Body = [1] };

    private readonly FakeTimeProvider _time = new();
    private readonly PlayedReceiver _receiver = new();

    [Fact]
    public async Task A_receiver_that_takes_it_gets_it_once()
    {
        var attempts = new WebhookAttempts(_receiver, _time);
        Assert.IsType<WebhookDecision.Delivered>(await attempts.Look(Call));
        Assert.IsType<WebhookDecision.Delivered>(await attempts.Look(Call with { Body = [1] }));
        Assert.Single(_receiver.Came);
    }

    [Fact]
    public async Task One_that_fails_and_hangs_and_then_works_gets_it_later_and_later_one_attempt_at_a_time()
    {
        (_receiver.Failures, _receiver.Hangs) = (2, 1);
        var attempts = new WebhookAttempts(_receiver, _time);
        Assert.Equal(new WebhookDecision.Trying(1, "it answered 500"), await attempts.Look(Call));
        Assert.Equal(new WebhookDecision.Trying(1, "it answered 500"), await attempts.Look(Call));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(new WebhookDecision.Trying(2, "it answered 500"), await attempts.Look(Call));
        _time.Advance(TimeSpan.FromSeconds(1));
        await attempts.Look(Call);
        Assert.Equal(2, _receiver.Came.Length);                              // 2 s after the second failure, not 1
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, Failures(await attempts.Look(Call)));                // the third hangs, and the caller does not
        for (var look = 0; look < 5; look++) await attempts.Look(Call);
        Assert.Equal(3, _receiver.Came.Length);
        _time.Advance(WebhookAttempts.AttemptMax);
        var given = await UntilFailures(attempts, 3);
        Assert.Equal("no answer within 15 s", given.Error);
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.IsType<WebhookDecision.Delivered>(await attempts.Look(Call));
        Assert.Equal((4, 1), (_receiver.Came.Length, _receiver.InFlightMost));
    }

    [Fact]
    public async Task Another_address_begins_anew_after_what_was_in_flight_has_ended()
    {
        _receiver.Hangs = 1;
        var attempts = new WebhookAttempts(_receiver, _time);
        await attempts.Look(Call);
        var elsewhere = Call with { Url = "https://elsewhere.example/" };
        while (await attempts.Look(elsewhere) is not WebhookDecision.Delivered) await Task.Yield();
        Assert.Equal([Call.Url, elsewhere.Url], _receiver.Came.Select(c => c.Url));
        Assert.Equal(1, _receiver.InFlightMost);
    }

    [Fact]
    public async Task One_that_remembers_nothing_sends_the_same_again()
    {
        await new WebhookAttempts(_receiver, _time).Look(Call);
        await new WebhookAttempts(_receiver, _time).Look(Call);
        Assert.Equal([Call, Call], _receiver.Taken);
    }

    [Fact]
    public async Task A_stop_ends_what_is_in_flight()
    {
        _receiver.Hangs = 1;
        var attempts = new WebhookAttempts(_receiver, _time);
        await attempts.Look(Call);
        await attempts.Stop();
        Assert.Empty(_receiver.Taken);
    }

    [Fact]
    public async Task A_sender_that_throws_has_failed()
    {
        var attempts = new WebhookAttempts(new Thrower(), _time);
        Assert.Equal(new WebhookDecision.Trying(1, "IOException: gone"), await attempts.Look(Call));
    }

    private static int Failures(WebhookDecision decision) => ((WebhookDecision.Trying)decision).Failures;

    private static async Task<WebhookDecision.Trying> UntilFailures(WebhookAttempts attempts, int failures)
    {
        while (true)
        {
            if (await attempts.Look(Call) is WebhookDecision.Trying trying && trying.Failures == failures) return trying;
            await Task.Yield();
        }
    }

    private sealed class Thrower : IWebhookSender
    {
        public Task<WebhookResult> Send(WebhookCall call, CancellationToken cancel) => throw new IOException("gone");
    }
}
