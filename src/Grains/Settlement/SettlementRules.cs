using System.Collections.Frozen;
using SwarmCompute.Chain;

namespace SwarmCompute.Grains.Settlement;

/// <summary>What the outbox does about its intents. Pure.</summary>
internal static class SettlementRules
{
    /// <summary>The state machine of one intent. From Visible back to Send: a block that showed it was dropped before it was final.</summary>
    public static readonly FrozenSet<(Judgement From, Judgement To)> Transitions = FrozenSet.ToFrozenSet(
    [
        (Judgement.Early, Judgement.Send),
        (Judgement.Send, Judgement.Visible),
        (Judgement.Visible, Judgement.Send),
        (Judgement.Visible, Judgement.Done),
    ]);

    private static readonly TimeSpan BackoffFirst = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan BackoffMax = TimeSpan.FromSeconds(30);

    public static Judgement Judge(SettlementIntent intent, OrderView? finalized, OrderView? latest)
    {
        if (finalized is not null && IsSettledFor(intent, finalized)) return Judgement.Done;
        if (latest is null) return Judgement.Early;
        if (IsSettledFor(intent, latest)) return Judgement.Visible;
        return intent switch
        {
            SettlementIntent.AssignLease => Judgement.Send,
            SettlementIntent.Checkpoint { Usage: var usage } => latest.Status is OrderStatus.Running or OrderStatus.Closing && EpochOf(latest, 0) == usage.Epoch
                ? Judgement.Send
                : Judgement.Early,
            SettlementIntent.SubmitReport report => latest.Status is OrderStatus.Running or OrderStatus.Closing && EpochOf(latest, 0) == report.Epoch
                ? Judgement.Send
                : Judgement.Early,
            SettlementIntent.Settle => latest is { ReportHash: not null, Status: not OrderStatus.Disputed } ? Judgement.Send : Judgement.Early,
            SettlementIntent.Expire => latest.ReportHash is null ? Judgement.Send : Judgement.Early,
            _ => throw new NotSupportedException($"{intent.GetType().Name} is no intent that this version knows."),
        };
    }

    /// <summary>Adds an intent unless one of its key is there, and forgets what a newer lease of the slot, or a higher count, supersedes.</summary>
    public static SettlementState Enqueue(SettlementState state, SettlementIntent intent)
    {
        if (state.Entries.Any(e => e.Intent.Key == intent.Key)) return state;
        var kept = intent switch
        {
            SettlementIntent.AssignLease added =>
                state.Entries.RemoveAll(e => e.Intent is SettlementIntent.AssignLease held && held.Lease == added.Lease && held.Epoch < added.Epoch),
            SettlementIntent.Checkpoint added =>
                state.Entries.RemoveAll(e => e.Intent is SettlementIntent.Checkpoint held && (e.IsDone || held.Usage.Epoch == added.Usage.Epoch)),
            _ => state.Entries,
        };
        return new SettlementState { Entries = kept.Add(new SettlementEntry { Intent = intent }) };
    }

    public static SettlementState Done(SettlementState state, IEnumerable<string> keys) => Change(state, keys, e => e with { IsDone = true, Error = null });

    public static SettlementState Failed(SettlementState state, string key, string error) =>
        Change(state, [key], e => e with { Attempts = e.Attempts + 1, Error = Leases.LeaseRules.OneLine(error) });

    /// <summary>How long to wait after so many failures in a row: 500 ms doubled each time, at most 30 s.</summary>
    public static TimeSpan Backoff(int attempts) =>
        attempts <= 0 ? TimeSpan.Zero : TimeSpan.FromTicks(Math.Min(BackoffMax.Ticks, BackoffFirst.Ticks << Math.Min(attempts - 1, 16)));

    public static SettlementSnapshot Snapshot(SettlementState state) =>
        new([.. state.Entries.Select(e => new IntentSnapshot(e.Intent.Key, e.IsDone, e.Attempts, e.Error))]);

    /// <summary>Whether the view shows the intent, or that it can no longer come true: a higher epoch, another report, an order that is over.</summary>
    private static bool IsSettledFor(SettlementIntent intent, OrderView view)
    {
        if (view.Status is OrderStatus.Completed or OrderStatus.Cancelled or OrderStatus.Expired) return true;
        return intent switch
        {
            SettlementIntent.AssignLease lease => EpochOf(view, lease.Lease.Slot) >= lease.Epoch,
            SettlementIntent.Checkpoint { Usage: var usage } =>
                view.ReportHash is not null || EpochOf(view, 0) > usage.Epoch || (EpochOf(view, 0) == usage.Epoch && view.UnitsOfHead >= (ulong)usage.Units),
            SettlementIntent.SubmitReport report => view.ReportHash is not null || EpochOf(view, 0) > report.Epoch,
            _ => false,
        };
    }

    private static LeaseEpoch EpochOf(OrderView view, int slot) => view.Leases.FirstOrDefault(l => l.Slot == slot)?.Epoch ?? LeaseEpoch.None;

    private static SettlementState Change(SettlementState state, IEnumerable<string> keys, Func<SettlementEntry, SettlementEntry> change)
    {
        var chosen = keys.ToHashSet(StringComparer.Ordinal);
        return new SettlementState { Entries = [.. state.Entries.Select(e => chosen.Contains(e.Intent.Key) ? change(e) : e)] };
    }
}
