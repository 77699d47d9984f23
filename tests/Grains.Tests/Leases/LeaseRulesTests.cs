using CsCheck;
using SwarmCompute.Grains.Leases;
using SwarmCompute.TestKit;

namespace SwarmCompute.Grains.Tests.Leases;

public sealed class LeaseRulesTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;
    private static readonly LeaseId Id = new(new OrderId(7), 0);
    private static readonly GuestIdentity Identity = new()
    {
        KeyX = Hash32.Sha256("x"u8),
        KeyY = Hash32.Sha256("y"u8),
        LeaseSignature = new byte[64],
        CertificateDer = [1],
        AuthorityDer = [2],
        OverlayEndpoint = "127.0.0.1:1",
        EvidenceType = "development",
        Measurement = default,
    };

    private static readonly Gen<LeaseEpoch> Epochs = Gen.UInt[0, 6].Select(e => new LeaseEpoch(e));

    private static readonly Gen<GuestReport> Reports = Gen.OneOf<GuestReport>(
        Gen.Const<GuestReport>(new GuestReport.Launching()),
        Gen.Int[1, 2].Select(p => (GuestReport)new GuestReport.Started(p)),
        Gen.Const<GuestReport>(new GuestReport.Attested(Identity)),
        Gen.Long[1, 3].Select(g => (GuestReport)new GuestReport.StageReady(g)),
        Gen.Const<GuestReport>(new GuestReport.Heartbeat(1, 1)),
        Gen.Select(Gen.Int[-1, 3], Epochs, (s, e) => (GuestReport)new GuestReport.PeerLost(s, e, "gone")),
        Gen.Const<GuestReport>(new GuestReport.Reported(new SignedReportRecord([1], default, 1, []))),
        Epochs.Select(e => (GuestReport)new GuestReport.StandbyLost(e, "gone")),
        Gen.Const<GuestReport>(new GuestReport.Failed("failed")),
        Gen.Const<GuestReport>(new GuestReport.Exited(1)));

    private static readonly Gen<Call> Calls = Gen.OneOf<Call>(
        Epochs.Select(e => new Call("open", e, s => LeaseRules.Open(s, Grant(e), Now))),
        Gen.Select(Epochs, Reports, (e, r) => new Call(r.ToString(), e, s => LeaseRules.Observe(s, Id, e, r, Now))),
        Epochs.Select(e => new Call("prepare", e, s => LeaseRules.Prepare(s, Grant(e), Now))),
        Epochs.Select(e => new Call("promote", e, s => LeaseRules.Promote(s, Id, e, "its node drains", Now))),
        Epochs.Select(e => new Call("lose", e, s => LeaseRules.Lose(s, Id, e, "lost", Now))),
        Epochs.Select(e => new Call("drain", e, s => LeaseRules.Move(s, e, LeaseStatus.Draining, Now))),
        Epochs.Select(e => new Call("release", e, s => LeaseRules.Move(s, e, LeaseStatus.Released, Now))));

    [Fact]
    public void The_state_machine_is_as_reviewed() => Golden.Equal("lease-states.txt", States.Print(LeaseRules.Transitions));

    [Fact]
    public void A_stale_epoch_changes_nothing() => Walk((before, call, outcome) =>
    {
        if (call.Name is not ("open" or "prepare") && call.Epoch != before.Fence && call.Epoch != before.Next?.Grant.Epoch) Assert.Null(outcome.Next);
    });

    [Fact]
    public void The_fence_never_falls_and_every_new_lease_raises_it() => Walk((before, call, outcome) =>
    {
        if (outcome.Next is not { } after) return;
        Assert.True(after.Fence >= before.Fence);
        if (call.Name == "open" && before.Last is not null) Assert.True(after.Last!.Grant.Epoch > before.Last.Grant.Epoch);
    });

    [Fact]
    public void A_lease_never_goes_back_and_one_that_is_over_never_moves_again() => Walk((before, call, outcome) =>
    {
        if (call.Name == "open" || before.Last is not { } lease || outcome.Next?.Last is not { } after || after.Grant.Epoch != lease.Grant.Epoch) return;
        Assert.False(lease.IsOver);
        Assert.True(after.Status >= lease.Status);
    });

    [Fact]
    public void A_lost_lease_leaves_a_fence_above_itself() => Walk((_, _, outcome) =>
    {
        if (outcome.Next is { Last.Status: LeaseStatus.Lost } lost) Assert.True(lost.Fence > lost.Last.Grant.Epoch && lost.Fence > lost.Prepared);
    });

    [Fact]
    public void A_successor_never_counts_before_the_current_lease_is_over() => Walk((_, _, outcome) =>
    {
        if (outcome.Next is not { Next: { } next } after) return;
        Assert.False(after.Last!.IsOver);
        Assert.Equal(after.Last.Grant.Epoch, after.Fence);
        Assert.True(next.Grant.Epoch > after.Fence);
        Assert.InRange(next.Status, LeaseStatus.Reserved, LeaseStatus.Attested);
    });

    [Fact]
    public void A_successor_takes_over_once_in_the_write_that_ends_the_lease_before() => Walk((before, call, outcome) =>
    {
        if (before.Next is not { } next || outcome.Next is not { } after || after.Last!.Grant.Epoch != next.Grant.Epoch) return;
        Assert.Equal(next with { Since = after.Last.Since }, after.Last);
        Assert.Equal((next.Grant.Epoch, null), (after.Fence, after.Next));
        Assert.Equal(before.Last!.Grant.Epoch, after.Lost[^1].Epoch);
        Assert.Null(LeaseRules.Promote(after, Id, next.Grant.Epoch, "again", Now).Next);
        Assert.IsType<LeaseDecision.Fenced>(LeaseRules.Lose(after, Id, before.Last.Grant.Epoch, "again", Now).Decision);
    });

    [Fact]
    public void A_lease_that_is_lost_is_followed_by_its_successor_and_by_nothing_else() => Walk((before, call, outcome) =>
    {
        if (before.Next is not { } next || outcome.Next is not { } after || after.Lost.Length == before.Lost.Length || after.Lost[^1].Epoch != before.Fence) return;
        Assert.Equal(next, after.Last);
    });

    [Fact]
    public void What_happens_to_a_successor_leaves_the_current_lease_as_it_is() => Walk((before, call, outcome) =>
    {
        if (call.Name == "promote" || before.Next?.Grant.Epoch != call.Epoch || outcome.Next is not { } after) return;
        Assert.Equal((before.Fence, before.Last), (after.Fence, after.Last));
    });

    [Fact]
    public void An_epoch_is_given_once() => Walk((before, call, outcome) =>
    {
        if (call.Name is not ("open" or "prepare") || outcome.Next is null) return;
        Assert.True(call.Epoch > before.Prepared);
        Assert.DoesNotContain(before.Lost, l => l.Epoch >= call.Epoch);
    });

    [Fact]
    public void Only_a_successor_that_is_attested_takes_over_on_purpose()
    {
        var (first, second) = (new LeaseEpoch(1), new LeaseEpoch(2));
        var state = LeaseRules.Open(new LeaseState(), Grant(first), Now).Next!;
        state = LeaseRules.Prepare(state, Grant(second), Now).Next!;
        Assert.IsType<LeaseDecision.Refused>(LeaseRules.Promote(state, Id, second, "drain", Now).Decision);
        state = LeaseRules.Observe(state, Id, second, new GuestReport.Attested(Identity), Now).Next!;
        var promoted = LeaseRules.Promote(state, Id, second, "its node drains", Now);
        Assert.Equal(new LeaseDecision.Moved(LeaseStatus.Attested), promoted.Decision);
        Assert.Equal("handed over to epoch 2: its node drains", promoted.Next!.Lost[^1].Reason);
    }

    [Fact]
    public void A_successor_that_is_not_attested_yet_takes_over_at_its_own_stage_of_life()
    {
        var state = LeaseRules.Open(new LeaseState(), Grant(new LeaseEpoch(1)), Now).Next!;
        state = LeaseRules.Prepare(state, Grant(new LeaseEpoch(2)), Now).Next!;
        state = LeaseRules.Observe(state, Id, new LeaseEpoch(2), new GuestReport.Started(5), Now).Next!;
        var after = LeaseRules.Lose(state, Id, new LeaseEpoch(1), "gone", Now).Next!;
        Assert.Equal((LeaseStatus.Attesting, 2u, 5), (after.Last!.Status, after.Fence.Value, after.Last.ProcessId));
    }

    [Fact]
    public void Told_twice_is_told_once() => Walk((_, call, outcome) =>
    {
        if (outcome.Next is { } after) Assert.Null(call.Apply(after).Next);
    });

    [Fact]
    public void A_report_that_comes_first_walks_the_states_that_it_implies()
    {
        var opened = LeaseRules.Open(new LeaseState(), Grant(new LeaseEpoch(1)), Now).Next!;
        var attested = LeaseRules.Observe(opened, Id, new LeaseEpoch(1), new GuestReport.Attested(Identity), Now).Next!;
        Assert.Equal(LeaseStatus.Attested, attested.Last!.Status);
        Assert.IsType<LeaseDecision.Unchanged>(LeaseRules.Observe(attested, Id, new LeaseEpoch(1), new GuestReport.Launching(), Now).Decision);
    }

    [Fact]
    public void A_second_guest_under_the_same_epoch_is_refused()
    {
        var opened = LeaseRules.Open(new LeaseState(), Grant(new LeaseEpoch(1)), Now).Next!;
        var attested = LeaseRules.Observe(opened, Id, new LeaseEpoch(1), new GuestReport.Attested(Identity), Now).Next!;
        var other = Identity with { KeyX = Hash32.Sha256("other"u8) };
        Assert.IsType<LeaseDecision.Refused>(LeaseRules.Observe(attested, Id, new LeaseEpoch(1), new GuestReport.Attested(other), Now).Decision);
    }

    [Fact]
    public void Only_the_last_losses_are_remembered()
    {
        var state = new LeaseState();
        for (var epoch = 1u; epoch <= 40; epoch++)
        {
            state = LeaseRules.Open(state, Grant(new LeaseEpoch(epoch)), Now).Next!;
            state = LeaseRules.Lose(state, Id, new LeaseEpoch(epoch), "again", Now).Next!;
        }
        Assert.Equal(WireLimits.LostLeasesMax, state.Lost.Length);
        Assert.Equal(40u, state.Lost[^1].Epoch.Value);
    }

    [Fact]
    public void A_guest_that_ends_after_its_report_is_not_lost()
    {
        var state = LeaseRules.Open(new LeaseState(), Grant(new LeaseEpoch(1)), Now).Next!;
        state = LeaseRules.Observe(state, Id, new LeaseEpoch(1), new GuestReport.Attested(Identity), Now).Next!;
        state = LeaseRules.Observe(state, Id, new LeaseEpoch(1), new GuestReport.Reported(new SignedReportRecord([1], default, 1, [])), Now).Next!;
        Assert.IsType<LeaseDecision.Unchanged>(LeaseRules.Observe(state, Id, new LeaseEpoch(1), new GuestReport.Exited(0), Now).Decision);
    }

    [Fact]
    public void A_reason_is_one_bounded_line() =>
        Gen.String.Sample(text => LeaseRules.OneLine(text) is { Length: <= WireLimits.ReasonCharsMax } line && !line.Any(char.IsControl));

    private static void Walk(Action<LeaseState, Call, LeaseOutcome> check) => Calls.List[1, 30].Sample(calls =>
    {
        var state = new LeaseState();
        foreach (var call in calls)
        {
            var outcome = call.Apply(state);
            check(state, call, outcome);
            state = outcome.Next ?? state;
        }
    });

    private static LeaseGrant Grant(LeaseEpoch epoch) => new(epoch, new NodeId("node-1"), "1", default, default, default, default);

    private sealed record Call(string Name, LeaseEpoch Epoch, Func<LeaseState, LeaseOutcome> Apply);
}
