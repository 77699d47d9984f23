using System.Collections.Frozen;
using System.Globalization;
using SwarmCompute.Chain;
using SwarmCompute.Grains.Leases;
using SwarmCompute.Grains.Nodes;

namespace SwarmCompute.Grains.Orders;

/// <summary>What an order needs, and what may follow what. Pure.</summary>
internal static partial class OrderRules
{
    /// <summary>The state machine of the swarm's view. The view is derived, and may walk several of these between two looks.</summary>
    public static readonly FrozenSet<(OrderPhase From, OrderPhase To)> Transitions = FrozenSet.ToFrozenSet(
    [
        (OrderPhase.Open, OrderPhase.Matching),
        (OrderPhase.Matching, OrderPhase.Provisioning),
        (OrderPhase.Matching, OrderPhase.Failed),
        (OrderPhase.Provisioning, OrderPhase.Matching),
        (OrderPhase.Provisioning, OrderPhase.Running),
        (OrderPhase.Running, OrderPhase.Provisioning),
        (OrderPhase.Running, OrderPhase.Settling),
        (OrderPhase.Settling, OrderPhase.Completed),
        (OrderPhase.Settling, OrderPhase.Expired),
        (OrderPhase.Matching, OrderPhase.Cancelled),
        (OrderPhase.Matching, OrderPhase.Expired),
        (OrderPhase.Failed, OrderPhase.Completed),
        (OrderPhase.Failed, OrderPhase.Cancelled),
        (OrderPhase.Failed, OrderPhase.Expired),
    ]);

    /// <summary>This long before its end an order is finished without being asked, so that its report is on the chain in time.</summary>
    public static readonly TimeSpan FinishMargin = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan RestartDelayFirst = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RestartDelayMax = TimeSpan.FromSeconds(30);

    /// <summary>Whether the view may go there, directly or through others.</summary>
    public static bool MayFollow(OrderPhase from, OrderPhase to) => from == to || Reachable(from, []).Contains(to);

    public static bool IsOver(OrderStatus status) => status is OrderStatus.Completed or OrderStatus.Cancelled or OrderStatus.Expired;

    /// <summary>Whether the head should finish and report.</summary>
    public static bool IsFinishing(OrderView view, DateTimeOffset now) =>
        view.Status is OrderStatus.Closing || (view.Status is OrderStatus.Running && now >= view.EndsAt - FinishMargin);

    /// <summary>Whether the order's time is up with nothing to show: it holds nothing any more, and only its customer's refund is open.</summary>
    public static bool IsPast(OrderView view, bool hasReport, DateTimeOffset now) => now >= view.EndsAt && !hasReport;

    /// <summary>Why the order can never run with this manifest; null where it can.</summary>
    public static string? Refusal(OrderView view, Manifest manifest)
    {
        if (manifest.Authority != view.AuthorityKeyHash) return $"the manifest names the authority {manifest.Authority}, the order {view.AuthorityKeyHash}";
        return manifest.Stages == view.Slots
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"the manifest has {manifest.Stages} stages, the order {view.Slots} slots");
    }

    /// <summary>Current leases that are to be lost: their node is gone, they do not get ready, or a current neighbour has lost them. One broken link costs one lease.</summary>
    public static ImmutableArray<LeaseLoss> Losses(ImmutableArray<LeaseSnapshot> leases, ImmutableArray<NodeSnapshot> nodes, DateTimeOffset now)
    {
        var losses = new Dictionary<int, LeaseLoss>();
        foreach (var lease in leases.Where(l => l.IsCurrent))
            if (BrokenBy(lease.Grant!, lease.Status!.Value, lease.Since, nodes, IsMovable(lease), now) is { } reason) losses[lease.Id.Slot] = new LeaseLoss(lease.Id, lease.Grant!.Epoch, reason);
        foreach (var accuser in leases.Where(l => l.IsCurrent))
        {
            foreach (var peer in accuser.LostPeers.Where(_ => !losses.ContainsKey(accuser.Id.Slot)))
            {
                var accused = leases.FirstOrDefault(l => l.Id.Slot == peer.Slot && l.IsCurrent && l.Grant!.Epoch == peer.Epoch);
                if (accused is not null)
                    losses.TryAdd(peer.Slot, new LeaseLoss(accused.Id, peer.Epoch, string.Create(CultureInfo.InvariantCulture, $"slot {accuser.Id.Slot} lost it: {peer.Reason}")));
            }
        }
        return [.. losses.Values.OrderBy(l => l.Lease.Slot)];
    }

    /// <summary>The slots that should get a lease now. Once there is a report none does; while the order finishes only the head does, for the report's sake.</summary>
    public static ImmutableArray<int> Wanted(OrderView view, ImmutableArray<LeaseSnapshot> leases, bool hasReport, DateTimeOffset now)
    {
        if (hasReport || IsOver(view.Status)) return [];
        var finishing = IsFinishing(view, now) || now >= view.EndsAt - FinishMargin;
        if (finishing && view.Status is OrderStatus.Open) return [];
        return [.. leases.Where(l => !l.IsCurrent && (!finishing || l.Id.Slot == 0)).Select(l => l.Id.Slot)];
    }

    /// <summary>When a slot's next lease may begin: at once after a first loss, later and later while its guests fail before they ever ran.</summary>
    public static DateTimeOffset RestartAt(LeaseSnapshot lease)
    {
        var failures = lease.Lost.Reverse().TakeWhile(l => !l.HadRun).Count();
        if (failures < 2) return DateTimeOffset.MinValue;
        var delay = TimeSpan.FromTicks(Math.Min(RestartDelayMax.Ticks, RestartDelayFirst.Ticks << Math.Min(failures - 2, 16)));
        return lease.Lost[^1].At + delay;
    }

    /// <summary>The epoch of a slot's next lease: above whatever the swarm and the chain have seen.</summary>
    public static LeaseEpoch NextEpoch(OrderView view, LeaseSnapshot lease)
    {
        var own = LeaseRules.NextEpoch(lease.Fence, lease.Prepared, lease.Status);
        var onChain = view.Leases.FirstOrDefault(l => l.Slot == lease.Id.Slot)?.Epoch ?? LeaseEpoch.None;
        return onChain >= own ? onChain.Next() : own;
    }

    /// <summary>The map for the current leases: the same instance while nothing in it changes or not every slot's guest is attested.</summary>
    public static PipelineMap? NextMap(PipelineMap? map, ImmutableArray<LeaseSnapshot> leases)
    {
        if (leases.Any(l => !l.IsCurrent || l.Identity is null)) return map;
        ImmutableArray<PipelineMapStage> stages =
            [.. leases.OrderBy(l => l.Id.Slot).Select(l => new PipelineMapStage(l.Id.Slot, l.Grant!.Epoch, l.Identity!.OverlayEndpoint, l.Identity.CertificateDer))];
        ImmutableArray<PipelineMapStage> standbys = [.. leases.OrderBy(l => l.Id.Slot).Select(Standby).OfType<PipelineMapStage>()];
        if (map is null || !map.Stages.SequenceEqual(stages)) return new PipelineMap((map?.Generation ?? 0) + 1, stages, standbys);
        return (map.Standbys.IsDefault ? [] : map.Standbys).SequenceEqual(standbys) ? map : map with { Standbys = standbys, Revision = map.Revision + 1 };
    }

    /// <summary>Whether the whole ring of the current generation stands.</summary>
    public static bool IsReady(PipelineMap? map, ImmutableArray<LeaseSnapshot> leases) =>
        map is not null && map.Stages.Length == leases.Length
        && leases.All(l => l.IsCurrent && l.ReadyGeneration == map.Generation && map.Stages[l.Id.Slot].Epoch == l.Grant!.Epoch);

    /// <summary>What a slot's guest is to do.</summary>
    public static Directive DirectiveFor(OrderView view, int slot, DateTimeOffset now) =>
        slot == 0 && IsFinishing(view, now) ? Directive.Finish : Directive.Run;

    public static OrderPhase Phase(OrderFacts facts) => facts.View.Status switch
    {
        OrderStatus.Completed => OrderPhase.Completed,
        OrderStatus.Cancelled => OrderPhase.Cancelled,
        OrderStatus.Expired => OrderPhase.Expired,
        _ when facts.Refusal is not null => OrderPhase.Failed,
        _ when facts.Report is not null || IsFinishing(facts.View, facts.Now) => OrderPhase.Settling,
        _ when facts.Leases.Any(l => !l.IsCurrent) => OrderPhase.Matching,
        OrderStatus.Running when IsReady(facts.Map, facts.Leases) => OrderPhase.Running,
        _ => OrderPhase.Provisioning,
    };

    /// <summary>One line why the order does not advance; null where nothing is missing.</summary>
    public static string? Why(OrderFacts facts)
    {
        if (IsOver(facts.View.Status)) return null;
        if (IsPast(facts.View, facts.Report is not null, facts.Now)) return "the order ended without a report; anyone may call expire for its refund";
        if ((facts.Refusal ?? facts.Missing ?? facts.Trouble) is { } why) return why;
        if (facts.View.Status is OrderStatus.Open && IsReady(facts.Map, facts.Leases)) return "the pipeline stands; the chain has not confirmed every lease yet";
        return null;
    }

    private static string? BrokenBy(LeaseGrant grant, LeaseStatus status, DateTimeOffset since, ImmutableArray<NodeSnapshot> nodes, bool mayDrain, DateTimeOffset now)
    {
        if (nodes.FirstOrDefault(n => n.Description.Id == grant.Node) is not { } node) return null;        // unknown is not lost
        if (node.Incarnation != grant.Incarnation) return $"{grant.Node}'s agent runs anew";
        if (node.Status is NodeStatus.Lost or NodeStatus.Left || (node.Status is NodeStatus.Draining && !mayDrain)) return Standing(node);
        if (node.Silence > NodeRules.SilenceMax) return string.Create(CultureInfo.InvariantCulture, $"{grant.Node} was silent for {node.Silence.TotalSeconds:F0} s");
        return status < LeaseStatus.Attested && now - since > LeaseRules.AttestWithin
            ? string.Create(CultureInfo.InvariantCulture, $"not attested within {LeaseRules.AttestWithin.TotalSeconds:F0} s")
            : null;
    }

    private static string Standing(NodeSnapshot node) =>
        node.Why is { } why ? $"{node.Description.Id} is {node.Status}: {why}" : $"{node.Description.Id} is {node.Status}";

    private static HashSet<OrderPhase> Reachable(OrderPhase from, HashSet<OrderPhase> seen)
    {
        foreach (var (_, to) in Transitions.Where(t => t.From == from))
            if (seen.Add(to)) Reachable(to, seen);
        return seen;
    }
}
