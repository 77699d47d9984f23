using CsCheck;
using SwarmCompute.Chain;
using SwarmCompute.Grains.Settlement;
using SwarmCompute.TestKit;

namespace SwarmCompute.Grains.Tests.Settlement;

public sealed class SettlementRulesTests
{
    private static readonly OrderId Order = new(7);
    private static readonly SettlementIntent.Settle Settle = new();

    [Fact]
    public void The_state_machine_is_as_reviewed() => Golden.Equal("intent-states.txt", States.Print(SettlementRules.Transitions));

    [Fact]
    public void A_lease_is_sent_until_the_chain_shows_it_and_done_when_that_is_final()
    {
        var none = View(OrderStatus.Open);
        var shown = View(OrderStatus.Open, epoch: 2);
        Assert.Equal(Judgement.Send, SettlementRules.Judge(Lease(2), none, none));
        Assert.Equal(Judgement.Visible, SettlementRules.Judge(Lease(2), none, shown));
        Assert.Equal(Judgement.Done, SettlementRules.Judge(Lease(2), shown, shown));
        Assert.Equal(Judgement.Send, SettlementRules.Judge(Lease(2), none, none));       // dropped by a reorganisation: sent again
        Assert.Equal(Judgement.Done, SettlementRules.Judge(Lease(1), shown, shown));     // a newer epoch is there: moot
    }

    [Fact]
    public void A_report_waits_for_its_epoch_and_is_sent_once()
    {
        Assert.Equal(Judgement.Early, SettlementRules.Judge(Report(2), null, View(OrderStatus.Open)));
        Assert.Equal(Judgement.Early, SettlementRules.Judge(Report(2), null, View(OrderStatus.Closing, epoch: 1)));
        Assert.Equal(Judgement.Send, SettlementRules.Judge(Report(2), null, View(OrderStatus.Closing, epoch: 2)));
        Assert.Equal(Judgement.Visible, SettlementRules.Judge(Report(2), null, View(OrderStatus.Closing, epoch: 2, reported: true)));
    }

    [Fact]
    public void Settling_waits_for_the_report_and_is_moot_once_the_order_is_over()
    {
        Assert.Equal(Judgement.Early, SettlementRules.Judge(Settle, null, View(OrderStatus.Closing, epoch: 1)));
        Assert.Equal(Judgement.Send, SettlementRules.Judge(Settle, null, View(OrderStatus.Closing, epoch: 1, reported: true)));
        Assert.Equal(Judgement.Visible, SettlementRules.Judge(Settle, null, View(OrderStatus.Completed)));
        Assert.Equal(Judgement.Done, SettlementRules.Judge(Settle, View(OrderStatus.Expired), View(OrderStatus.Expired)));
    }

    [Fact]
    public void An_intent_is_in_the_outbox_once_however_often_it_is_added() =>
        Gen.OneOf<SettlementIntent>(Gen.UInt[1, 3].Select(e => (SettlementIntent)Lease(e)), Gen.Const<SettlementIntent>(Report(1)), Gen.Const<SettlementIntent>(Settle)).List[1, 30].Sample(intents =>
        {
            var state = intents.Aggregate(new SettlementState(), SettlementRules.Enqueue);
            Assert.Equal(state.Entries.Length, state.Entries.Select(e => e.Intent.Key).Distinct().Count());
            Assert.True(state.Entries.Length <= 5);
        });

    [Fact]
    public void A_newer_lease_of_the_slot_replaces_the_older_one()
    {
        var state = SettlementRules.Enqueue(SettlementRules.Enqueue(new SettlementState(), Lease(1)), Lease(2));
        Assert.Equal("lease 0 epoch 2", Assert.Single(state.Entries).Intent.Key);
    }

    [Fact]
    public void A_failure_is_kept_and_shown_and_being_done_forgets_it()
    {
        var state = SettlementRules.Failed(SettlementRules.Enqueue(new SettlementState(), Settle), Settle.Key, "no\nanswer");
        Assert.Equal("no answer", SettlementRules.Snapshot(state).Trouble);
        Assert.Null(SettlementRules.Snapshot(SettlementRules.Done(state, [Settle.Key])).Trouble);
    }

    [Fact]
    public void Waiting_grows_with_failures_and_stays_bounded() => Gen.Int[0, 1_000_000].Sample(n =>
        SettlementRules.Backoff(n) <= SettlementRules.Backoff(n + 1) && SettlementRules.Backoff(n) <= TimeSpan.FromSeconds(30));

    [Fact]
    public void A_count_is_sent_under_its_own_epoch_only_and_is_moot_once_more_is_counted()
    {
        Assert.Equal(Judgement.Early, SettlementRules.Judge(Count(2, 7), null, View(OrderStatus.Running, epoch: 1)));
        Assert.Equal(Judgement.Send, SettlementRules.Judge(Count(2, 7), null, View(OrderStatus.Running, epoch: 2, units: 6)));
        Assert.Equal(Judgement.Visible, SettlementRules.Judge(Count(2, 7), null, View(OrderStatus.Running, epoch: 2, units: 7)));
        Assert.Equal(Judgement.Visible, SettlementRules.Judge(Count(2, 7), null, View(OrderStatus.Running, epoch: 3)));
        Assert.Equal(Judgement.Visible, SettlementRules.Judge(Count(2, 7), null, View(OrderStatus.Closing, epoch: 2, reported: true)));
    }

    [Fact]
    public void A_higher_count_of_an_epoch_replaces_the_lower_one()
    {
        var state = SettlementRules.Enqueue(SettlementRules.Enqueue(SettlementRules.Enqueue(new SettlementState(), Count(1, 5)), Count(2, 7)), Count(2, 9));
        Assert.Equal(["usage epoch 1 units 5", "usage epoch 2 units 9"], state.Entries.Select(e => e.Intent.Key));
    }

    private static SettlementIntent.Checkpoint Count(uint epoch, long units) => new() { Usage = new SignedUsage(new LeaseEpoch(epoch), units, default, default, []) };

    private static SettlementIntent.AssignLease Lease(uint epoch) => new()
    {
        Lease = new LeaseId(Order, 0),
        Epoch = new LeaseEpoch(epoch),
        Offer = default,
        Measurement = default,
        KeyX = default,
        KeyY = default,
        AuthorityX = default,
        AuthorityY = default,
        Signature = [],
    };

    private static SettlementIntent.SubmitReport Report(uint epoch) =>
        new() { Epoch = new LeaseEpoch(epoch), ReportHash = default, Units = 1, KeyX = default, KeyY = default, Signature = [] };

    private static OrderView View(OrderStatus status, uint epoch = 0, bool reported = false, uint units = 0) => new()
    {
        Status = status,
        Customer = default,
        ManifestHash = default,
        Deposit = default,
        UnitPrice = default,
        ComputePrice = default,
        Token = default,
        Events = 1,
        Slots = 1,
        AuthorityKeyHash = default,
        EndsAt = DateTimeOffset.MaxValue,
        ReportHash = reported ? default(Hash32) : null,
        Leases = epoch == 0 ? [] : [new LeaseOnChain(0, new LeaseEpoch(epoch), default, default, default, 0)],
        Units = units,
    };
}
