using System.Globalization;
using SwarmCompute.Chain;

namespace SwarmCompute.Grains.Orders;

/// <summary>Which slots get a prepared successor, and when one takes over though nothing was lost. Pure.</summary>
internal static partial class OrderRules
{
    /// <summary>A standby that lacks no more finished frames than this has caught up: what is in flight comes from the stage before.</summary>
    public const int LagMax = 2;

    /// <summary>An attested standby that has not caught up this long after takes over from a draining node all the same, and what it lacks is replayed.</summary>
    public static readonly TimeSpan CatchUpWithin = TimeSpan.FromMinutes(2);

    /// <summary>
    /// The slots that should get a successor now: of stages that run, where the manifest wants a standby (not of the head), the node drains or the stage has become slow.
    /// None before every slot has its lease.
    /// </summary>
    public static ImmutableArray<int> StandbysWanted(
        OrderView view, Manifest manifest, ImmutableArray<LeaseSnapshot> leases, ImmutableArray<NodeSnapshot> nodes, bool hasReport, DateTimeOffset now)
    {
        if (hasReport || IsOver(view.Status) || IsFinishing(view, now) || leases.Any(l => !l.IsCurrent)) return [];
        return
        [
            .. leases.Where(l => IsMovable(l) && l.Next is null && ((manifest.Standby && CanBeFollowed(l)) || MoveOf(l, nodes) is not null)).Select(l => l.Id.Slot),
        ];
    }

    /// <summary>Standbys that are to be lost: their node is gone or drains, or they do not get attested.</summary>
    public static ImmutableArray<LeaseLoss> StandbyLosses(ImmutableArray<LeaseSnapshot> leases, ImmutableArray<NodeSnapshot> nodes, DateTimeOffset now) =>
    [
        .. leases.Where(l => l.Next is not null)
            .Select(l => (l.Id, l.Next!.Grant.Epoch, Reason: BrokenBy(l.Next.Grant, l.Next.Status, l.Next.Since, nodes, mayDrain: false, now)))
            .Where(l => l.Reason is not null).Select(l => new LeaseLoss(l.Id, l.Epoch, l.Reason!)),
    ];

    /// <summary>Standbys that are given up because as many current slots have no node: the last slots' first.</summary>
    public static ImmutableArray<LeaseLoss> GivenUp(ImmutableArray<LeaseSnapshot> leases, int missing) =>
        [.. leases.Where(l => l.Next is not null).OrderByDescending(l => l.Id.Slot).Take(missing).Select(l => new LeaseLoss(l.Id, l.Next!.Grant.Epoch, "a slot without a node needs its place"))];

    /// <summary>
    /// The successor that should take over although its holder lives, because the holder's node drains or the stage has become slow; null for none. One at a time, and only while the
    /// whole ring stands: but one that was waited for long enough goes anyway. The reason says why the slot is handed over.
    /// </summary>
    public static LeaseLoss? HandOver(PipelineMap? map, ImmutableArray<LeaseSnapshot> leases, ImmutableArray<NodeSnapshot> nodes, DateTimeOffset now)
    {
        foreach (var lease in leases)
        {
            if (lease.Next is not { Status: LeaseStatus.Attested } next || MoveOf(lease, nodes) is not { } why) continue;
            var isCaughtUp = CanBeFollowed(lease) ? next.Lag <= LagMax : next.IsLoaded;
            if ((isCaughtUp && IsReady(map, leases)) || now - next.Since > CatchUpWithin) return new LeaseLoss(lease.Id, next.Grant.Epoch, why);
        }
        return null;
    }

    /// <summary>Why a running stage is to move, though it lives: its node drains, or it has become slow. Null where it is to stay.</summary>
    private static string? MoveOf(LeaseSnapshot lease, ImmutableArray<NodeSnapshot> nodes)
    {
        if (nodes.FirstOrDefault(n => n.Description.Id == lease.Grant!.Node && n.Incarnation == lease.Grant.Incarnation) is { Status: NodeStatus.Draining } node) return Standing(node);
        return lease.SlowPercent > 0 ? string.Create(CultureInfo.InvariantCulture, $"its calls take {lease.SlowPercent} % of their time before") : null;
    }

    /// <summary>A stage that does not run yet has nothing that could be handed over.</summary>
    private static bool IsMovable(LeaseSnapshot lease) => lease.Status is LeaseStatus.Running;

    /// <summary>A head's successor does not follow it: it has its layers loaded, and the clients resume there.</summary>
    private static bool CanBeFollowed(LeaseSnapshot lease) => lease.Id.Slot > 0;

    private static PipelineMapStage? Standby(LeaseSnapshot lease) =>
        lease.Next is { Identity: { } identity } next ? new PipelineMapStage(lease.Id.Slot, next.Grant.Epoch, identity.OverlayEndpoint, identity.CertificateDer) : null;
}
