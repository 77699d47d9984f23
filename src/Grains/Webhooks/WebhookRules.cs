using System.Collections.Frozen;
using SwarmCompute.Chain;

namespace SwarmCompute.Grains.Webhooks;

/// <summary>What is announced of an order, in which order, and for how long. Pure.</summary>
internal static class WebhookRules
{
    /// <summary>The phases that are announced.</summary>
    public static readonly FrozenSet<OrderPhase> Told =
        FrozenSet.ToFrozenSet([OrderPhase.Running, OrderPhase.Completed, OrderPhase.Cancelled, OrderPhase.Expired, OrderPhase.Failed]);

    /// <summary>So long after a phase was reached nobody needs to hear of it any more.</summary>
    public static readonly TimeSpan GiveUpAfter = TimeSpan.FromHours(1);

    private static readonly TimeSpan BackoffFirst = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BackoffMax = TimeSpan.FromMinutes(5);

    /// <summary>Notes a phase that the order shows: the first time, and where it is one that is announced.</summary>
    /// <param name="state">What is remembered.</param>
    /// <param name="phase">The phase.</param>
    /// <param name="view">The order, as the finalized chain knows it.</param>
    /// <param name="reportHash">The report's hash, where there is one.</param>
    /// <param name="now">The time.</param>
    public static WebhookState Reach(WebhookState state, OrderPhase phase, OrderView view, Hash32? reportHash, DateTimeOffset now)
    {
        if (!Told.Contains(phase) || state.Announced.Any(a => a.Phase == phase)) return state;
        return state with
        {
            Announced = state.Announced.Add(new WebhookAnnouncement
            {
                Phase = phase,
                At = now,
                ReportHash = reportHash,
                Deposited = view.Deposit,
                Paid = view.Paid,
                Refunded = view.Refunded,
                Outcome = WebhookOutcome.Open,
            }),
        };
    }

    /// <summary>The address that the customer wants from now on. What was announced stays so.</summary>
    public static WebhookState Register(WebhookState state, string url)
    {
        var wanted = url.Length == 0 ? null : url;
        return wanted == state.Url ? state : state with { Url = wanted };
    }

    /// <summary>The one announcement that is due: the first that is open; null where none is, or nobody wants to hear it.</summary>
    public static WebhookAnnouncement? Next(WebhookState state) => state.Url is null ? null : state.Announced.FirstOrDefault(a => a.Outcome == WebhookOutcome.Open);

    /// <summary>Whether nothing is left to announce.</summary>
    public static bool IsDone(WebhookState state) => Next(state) is null;

    /// <summary>Whether it is too late for an announcement.</summary>
    public static bool IsTooLate(WebhookAnnouncement announcement, DateTimeOffset now) => now - announcement.At >= GiveUpAfter;

    /// <summary>Notes what became of an announcement.</summary>
    public static WebhookState End(WebhookState state, OrderPhase phase, WebhookOutcome outcome) =>
        state with { Announced = [.. state.Announced.Select(a => a.Phase == phase && a.Outcome == WebhookOutcome.Open ? a with { Outcome = outcome } : a)] };

    /// <summary>How long to wait after so many failures in a row: 1 s doubled each time, at most 5 min.</summary>
    public static TimeSpan Backoff(int failures) =>
        failures <= 0 ? TimeSpan.Zero : TimeSpan.FromTicks(Math.Min(BackoffMax.Ticks, BackoffFirst.Ticks << Math.Min(failures - 1, 16)));
}
