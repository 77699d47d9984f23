namespace SwarmCompute.Grains.Leases;

/// <summary>The prepared successor of a slot's lease: it lives by the same table up to Attested, counts for nothing, and takes over in one write.</summary>
internal static partial class LeaseRules
{
    /// <summary>Begins a successor beside the current lease, under an epoch above every other. There is at most one.</summary>
    public static LeaseOutcome Prepare(LeaseState state, LeaseGrant grant, DateTimeOffset now)
    {
        if (state.Last is not { IsOver: false }) return LeaseOutcome.Refused("There is no lease that a successor could be prepared for.");
        if (state.Next is { } prepared) return prepared.Grant == grant ? LeaseOutcome.Unchanged : LeaseOutcome.Refused($"Epoch {prepared.Grant.Epoch} is prepared already.");
        if (grant.Epoch < NextEpoch(state.Fence, state.Prepared, state.Last.Status)) return Fenced(state);
        var next = new Lease { Grant = grant, Status = LeaseStatus.Reserved, Since = now };
        return new(new LeaseDecision.Moved(next.Status), state with { Next = next, Prepared = grant.Epoch });
    }

    /// <summary>Hands the slot over to its attested successor on purpose; the lease before ends in the same write.</summary>
    /// <param name="state">The slot.</param>
    /// <param name="id">Which it is.</param>
    /// <param name="epoch">The successor's epoch.</param>
    /// <param name="reason">Why, in one line.</param>
    /// <param name="now">The time.</param>
    public static LeaseOutcome Promote(LeaseState state, LeaseId id, LeaseEpoch epoch, string reason, DateTimeOffset now)
    {
        if (state.Last is not { } held) return new(new LeaseDecision.NotFound(), null);
        if (state.Fence == epoch && held.Grant.Epoch == epoch) return LeaseOutcome.Unchanged;
        if (state.Next is not { } next || next.Grant.Epoch != epoch) return Fenced(state);
        if (next.Status != LeaseStatus.Attested) return LeaseOutcome.Refused($"Epoch {epoch} is {next.Status}; only one that is attested takes over.");
        var outcome = Lose(state, id, held.Grant.Epoch, $"handed over to epoch {epoch}: {reason}", now);
        return outcome with { Decision = new LeaseDecision.Moved(next.Status) };
    }

    private static LeaseOutcome ObserveNext(LeaseState state, LeaseId id, Lease next, GuestReport report, DateTimeOffset now) =>
        report is GuestReport.Launching or GuestReport.Started or GuestReport.Attested or GuestReport.Failed or GuestReport.Exited or GuestReport.Heartbeat
            ? OnNext(state, next, alone => Observe(alone, id, next.Grant.Epoch, report, now))
            : LeaseOutcome.Refused($"{report.GetType().Name} is not for a successor to say that no map names yet.");

    private static LeaseOutcome LoseStandby(LeaseState state, LeaseId id, GuestReport.StandbyLost lost, DateTimeOffset now) =>
        state.Next?.Grant.Epoch == lost.Epoch ? Lose(state, id, lost.Epoch, $"its holder lost it: {lost.Reason}", now) : LeaseOutcome.Unchanged;

    /// <summary>What a rule makes of the successor, as if it were alone.</summary>
    private static LeaseOutcome OnNext(LeaseState state, Lease next, Func<LeaseState, LeaseOutcome> rule)
    {
        var outcome = rule(new LeaseState { Fence = next.Grant.Epoch, Last = next, Lost = state.Lost });
        if (outcome.Next is not { Last: { } moved } alone) return outcome;
        return outcome with { Next = moved.IsOver ? state with { Next = null, Lost = alone.Lost } : state with { Next = moved } };
    }
}
