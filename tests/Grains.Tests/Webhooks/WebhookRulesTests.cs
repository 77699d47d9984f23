using CsCheck;
using SwarmCompute.Chain;
using SwarmCompute.Grains.Webhooks;

namespace SwarmCompute.Grains.Tests.Webhooks;

public sealed class WebhookRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly WebhookState Registered = new() { Url = "https://customer.example/" };

    private static readonly OrderView View = new()
    {
        Status = OrderStatus.Running,
        Customer = default,
        ManifestHash = default,
        Deposit = new Wei(1000),
        UnitPrice = default,
        ComputePrice = default,
        Token = default,
        Events = 1,
        Slots = 1,
        AuthorityKeyHash = default,
        EndsAt = DateTimeOffset.MaxValue,
    };

    [Fact]
    public void Those_phases_are_announced_that_a_customer_waits_for() => Assert.Equal(
        [OrderPhase.Running, OrderPhase.Completed, OrderPhase.Cancelled, OrderPhase.Expired, OrderPhase.Failed], WebhookRules.Told.Order());

    [Fact]
    public void Whatever_an_order_shows_each_phase_is_announced_once_in_the_order_in_which_it_was_reached() =>
        Pick.One(Enum.GetValues<OrderPhase>()).Array[0, 30].Sample(shown =>
        {
            var state = shown.Aggregate(Registered, (s, phase) => Reach(s, phase));
            var announced = new List<OrderPhase>();
            while (WebhookRules.Next(state) is { } next)
            {
                announced.Add(next.Phase);
                state = WebhookRules.End(state, next.Phase, WebhookOutcome.Delivered);
            }
            Assert.Equal(shown.Where(WebhookRules.Told.Contains).Distinct(), announced);
            Assert.True(WebhookRules.IsDone(shown.Aggregate(state, (s, phase) => Reach(s, phase))));        // shown again: nothing new
        });

    [Fact]
    public void A_phase_that_comes_back_keeps_its_time_and_its_amounts()
    {
        var state = Reach(Registered, OrderPhase.Running);
        Assert.Same(state, WebhookRules.Reach(state, OrderPhase.Running, View with { Paid = new Wei(5) }, Hash32.Sha256("r"u8), Now.AddMinutes(9)));
    }

    [Fact]
    public void The_next_waits_until_the_one_before_is_delivered_or_given_up()
    {
        var state = Reach(Reach(Registered, OrderPhase.Running), OrderPhase.Completed);
        Assert.Equal(OrderPhase.Running, WebhookRules.Next(state)!.Phase);
        Assert.Equal(OrderPhase.Completed, WebhookRules.Next(WebhookRules.End(state, OrderPhase.Running, WebhookOutcome.Delivered))!.Phase);
        Assert.Equal(OrderPhase.Completed, WebhookRules.Next(WebhookRules.End(state, OrderPhase.Running, WebhookOutcome.GivenUp))!.Phase);
        Assert.False(WebhookRules.IsDone(state));
    }

    [Fact]
    public void What_became_of_an_announcement_does_not_change_any_more()
    {
        var state = WebhookRules.End(Reach(Registered, OrderPhase.Running), OrderPhase.Running, WebhookOutcome.Delivered);
        Assert.Equal(WebhookOutcome.Delivered, WebhookRules.End(state, OrderPhase.Running, WebhookOutcome.GivenUp).Announced[0].Outcome);
    }

    [Fact]
    public void Without_a_webhook_nothing_is_due_and_one_that_comes_later_hears_of_what_was_reached()
    {
        var state = Reach(new WebhookState(), OrderPhase.Running);
        Assert.True(WebhookRules.IsDone(state));
        Assert.Equal(OrderPhase.Running, WebhookRules.Next(WebhookRules.Register(state, "https://customer.example/"))!.Phase);
        Assert.True(WebhookRules.IsDone(WebhookRules.Register(Reach(Registered, OrderPhase.Running), "")));
        Assert.Same(Registered, WebhookRules.Register(Registered, "https://customer.example/"));
    }

    [Fact]
    public void An_hour_after_a_phase_was_reached_it_is_too_late()
    {
        var announcement = Reach(Registered, OrderPhase.Running).Announced[0];
        Assert.False(WebhookRules.IsTooLate(announcement, Now + TimeSpan.FromMinutes(60) - TimeSpan.FromTicks(1)));
        Assert.True(WebhookRules.IsTooLate(announcement, Now + TimeSpan.FromMinutes(60)));
    }

    [Theory, InlineData(0, 0), InlineData(1, 1), InlineData(2, 2), InlineData(5, 16), InlineData(9, 256), InlineData(10, 300), InlineData(1_000_000, 300)]
    public void The_pause_doubles_from_a_second_to_five_minutes(int failures, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), WebhookRules.Backoff(failures));

    private static WebhookState Reach(WebhookState state, OrderPhase phase) => WebhookRules.Reach(state, phase, View, null, Now);
}
