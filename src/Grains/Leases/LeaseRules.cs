using System.Collections.Frozen;

namespace SwarmCompute.Grains.Leases;

/// <summary>What may follow what in the life of a slot's leases. Pure.</summary>
internal static partial class LeaseRules
{
    /// <summary>The state machine. A report that came late or never lets a lease walk several of these at once; it never goes back.</summary>
    public static readonly FrozenSet<(LeaseStatus From, LeaseStatus To)> Transitions = FrozenSet.ToFrozenSet(
    [
        (LeaseStatus.Reserved, LeaseStatus.Launching),
        (LeaseStatus.Launching, LeaseStatus.Attesting),
        (LeaseStatus.Attesting, LeaseStatus.Attested),
        (LeaseStatus.Attested, LeaseStatus.Running),
        (LeaseStatus.Running, LeaseStatus.Draining),
        (LeaseStatus.Draining, LeaseStatus.Released),
        (LeaseStatus.Reserved, LeaseStatus.Lost),
        (LeaseStatus.Launching, LeaseStatus.Lost),
        (LeaseStatus.Attesting, LeaseStatus.Lost),
        (LeaseStatus.Attested, LeaseStatus.Lost),
        (LeaseStatus.Running, LeaseStatus.Lost),
        (LeaseStatus.Draining, LeaseStatus.Lost),
    ]);

    /// <summary>A guest that is not attested this long after its lease's last move is taken for lost.</summary>
    public static readonly TimeSpan AttestWithin = TimeSpan.FromMinutes(2);

    /// <summary>The least epoch that the slot's next lease may have.</summary>
    public static LeaseEpoch NextEpoch(LeaseEpoch fence, LeaseEpoch prepared, LeaseStatus? last)
    {
        var own = last is LeaseStatus.Lost ? fence : fence.Next();
        return prepared >= own ? prepared.Next() : own;
    }

    public static LeaseOutcome Open(LeaseState state, LeaseGrant grant, DateTimeOffset now)
    {
        if (state.Last is { IsOver: false } held)
        {
            if (held.Grant == grant) return LeaseOutcome.Unchanged;
            return grant.Epoch == state.Fence ? Illegal(held.Status, LeaseStatus.Reserved) : Fenced(state);
        }
        if (grant.Epoch < NextEpoch(state.Fence, state.Prepared, state.Last?.Status)) return Fenced(state);
        return LeaseOutcome.Moved(state with { Fence = grant.Epoch, Last = new Lease { Grant = grant, Status = LeaseStatus.Reserved, Since = now } });
    }

    public static LeaseOutcome Move(LeaseState state, LeaseEpoch epoch, LeaseStatus to, DateTimeOffset now)
    {
        if (state.Last is not { } lease) return new(new LeaseDecision.NotFound(), null);
        if (epoch != state.Fence) return Fenced(state);
        if (lease.Status == to) return LeaseOutcome.Unchanged;
        if (!Reaches(lease.Status, to)) return Illegal(lease.Status, to);
        var moved = lease with { Status = to, Since = now };
        return LeaseOutcome.Moved(state with { Last = moved, Next = moved.IsOver ? null : state.Next });
    }

    /// <summary>Ends a lease as lost. A prepared successor of the current one takes its place at once, however far it is; a lost successor is forgotten.</summary>
    public static LeaseOutcome Lose(LeaseState state, LeaseId id, LeaseEpoch epoch, string reason, DateTimeOffset now)
    {
        if (state.Next is { } next && next.Grant.Epoch == epoch) return OnNext(state, next, alone => Lose(alone, id, epoch, reason, now));
        var outcome = Move(state, epoch, LeaseStatus.Lost, now);
        if (outcome.Next is not { Last: { } lost } after) return outcome;
        var entry = new LostLease(id.Slot, epoch, lost.Grant.Node, OneLine(reason), now, HadRun: lost.ReadyGeneration > 0);
        var fence = (state.Prepared > epoch ? state.Prepared : epoch).Next();
        var ended = after with { Fence = fence, Lost = [.. after.Lost.Append(entry).TakeLast(WireLimits.LostLeasesMax)] };
        return outcome with { Next = state.Next is { } successor ? ended with { Fence = successor.Grant.Epoch, Last = successor } : ended };
    }

    /// <summary>What a guest's report changes. A report of something that the lease is past changes nothing.</summary>
    public static LeaseOutcome Observe(LeaseState state, LeaseId id, LeaseEpoch epoch, GuestReport report, DateTimeOffset now)
    {
        if (state.Last is not { } lease) return new(new LeaseDecision.NotFound(), null);
        if (state.Next is { } next && next.Grant.Epoch == epoch) return ObserveNext(state, id, next, report, now);
        if (epoch != state.Fence) return Fenced(state);
        if (lease.IsOver) return LeaseOutcome.Unchanged;
        return report switch
        {
            GuestReport.Launching => Advance(state, lease, LeaseStatus.Launching, now),
            GuestReport.Started started => lease.ProcessId == started.ProcessId && lease.Status >= LeaseStatus.Attesting
                ? LeaseOutcome.Unchanged
                : Advance(state, lease with { ProcessId = started.ProcessId }, LeaseStatus.Attesting, now),
            GuestReport.Attested attested => Attest(state, lease, attested.Identity, now),
            GuestReport.StageReady ready => Ready(state, lease, ready.Generation, now),
            GuestReport.PeerLost lost => Accuse(state, lease, id, lost),
            GuestReport.StandbyLost lost => LoseStandby(state, id, lost, now),
            GuestReport.Checkpoint checkpoint => Count(state, lease, id, checkpoint),
            GuestReport.Reported => Report(state, lease, id),
            GuestReport.Failed failed => Lose(state, id, epoch, failed.Reason, now),
            GuestReport.Exited exited => Exit(state, lease, id, exited.ExitCode, now),
            GuestReport.Heartbeat => LeaseOutcome.Unchanged,
            _ => LeaseOutcome.Refused($"{report.GetType().Name} is not a report that this version knows."),
        };
    }

    /// <summary>One line of bounded length out of what someone else wrote.</summary>
    public static string OneLine(string text)
    {
        var cut = text.Length > WireLimits.ReasonCharsMax ? text[..WireLimits.ReasonCharsMax] : text;
        return string.Concat(cut.Select(c => char.IsControl(c) ? ' ' : c));
    }

    private static LeaseOutcome Advance(LeaseState state, Lease lease, LeaseStatus to, DateTimeOffset now)
    {
        var changed = lease.Status < to ? lease with { Status = to, Since = now } : lease;
        return changed == state.Last ? LeaseOutcome.Unchanged : LeaseOutcome.Moved(state with { Last = changed });
    }

    private static LeaseOutcome Attest(LeaseState state, Lease lease, GuestIdentity identity, DateTimeOffset now)
    {
        if (lease.Identity is not { } known) return Advance(state, lease with { Identity = identity }, LeaseStatus.Attested, now);
        return known.KeyX == identity.KeyX && known.KeyY == identity.KeyY && known.OverlayEndpoint == identity.OverlayEndpoint
            ? LeaseOutcome.Unchanged
            : LeaseOutcome.Refused($"Epoch {lease.Grant.Epoch} already has another guest; a second one needs a new epoch.");
    }

    private static LeaseOutcome Ready(LeaseState state, Lease lease, long generation, DateTimeOffset now)
    {
        if (lease.Identity is null) return LeaseOutcome.Refused("A guest that is not attested cannot be ready.");
        if (generation <= lease.ReadyGeneration) return LeaseOutcome.Unchanged;
        return Advance(state, lease with { ReadyGeneration = generation }, LeaseStatus.Running, now);
    }

    private static LeaseOutcome Accuse(LeaseState state, Lease lease, LeaseId id, GuestReport.PeerLost lost)
    {
        if (lost.Slot < 0 || lost.Slot >= LeaseId.SlotsMax || lost.Slot == id.Slot) return LeaseOutcome.Refused($"Slot {lost.Slot} is no neighbour of slot {id.Slot}.");
        if (lease.LostPeers.Any(peer => peer.Slot == lost.Slot && peer.Epoch >= lost.Epoch)) return LeaseOutcome.Unchanged;
        var others = lease.LostPeers.Where(peer => peer.Slot != lost.Slot).Append(new LostPeer(lost.Slot, lost.Epoch, OneLine(lost.Reason)));
        return LeaseOutcome.Moved(state with { Last = lease with { LostPeers = [.. others.OrderBy(peer => peer.Slot)] } });
    }

    private static LeaseOutcome Count(LeaseState state, Lease lease, LeaseId id, GuestReport.Checkpoint checkpoint)
    {
        if (id.Slot != 0) return LeaseOutcome.Refused("Only the head counts.");
        if (lease.Identity is not { } identity) return LeaseOutcome.Refused("A guest that is not attested cannot count.");
        if (state.Usage is { } known && known.Epoch == lease.Grant.Epoch && known.Units >= checkpoint.Units) return LeaseOutcome.Unchanged;
        return LeaseOutcome.Moved(state with { Usage = new SignedUsage(lease.Grant.Epoch, checkpoint.Units, identity.KeyX, identity.KeyY, checkpoint.Signature) });
    }

    private static LeaseOutcome Report(LeaseState state, Lease lease, LeaseId id)
    {
        if (id.Slot != 0) return LeaseOutcome.Refused("Only the head reports.");
        if (lease.Identity is null) return LeaseOutcome.Refused("A guest that is not attested cannot report.");
        return lease.HasReport ? LeaseOutcome.Unchanged : LeaseOutcome.Moved(state with { Last = lease with { HasReport = true } });
    }

    private static LeaseOutcome Exit(LeaseState state, Lease lease, LeaseId id, int exitCode, DateTimeOffset now) =>
        lease.HasReport
            ? LeaseOutcome.Unchanged                                        // its work is done; the order releases it when the chain has settled
            : Lose(state, id, lease.Grant.Epoch, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"the guest ended with code {exitCode}"), now);

    private static bool Reaches(LeaseStatus from, LeaseStatus to)
    {
        if (Transitions.Contains((from, to))) return true;
        return Transitions.Any(pair => pair.From == from && pair.To != LeaseStatus.Lost && Reaches(pair.To, to));
    }

    private static LeaseOutcome Fenced(LeaseState state) => new(new LeaseDecision.Fenced(state.Fence), null);

    private static LeaseOutcome Illegal(LeaseStatus from, LeaseStatus to) => new(new LeaseDecision.Illegal(from, to), null);
}
