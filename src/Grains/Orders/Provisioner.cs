using SwarmCompute.Chain;
using SwarmCompute.Grains.Scheduling;

namespace SwarmCompute.Grains.Orders;

/// <summary>
/// Does for one order what <see cref="OrderRules"/> asks of leases and nodes. Remembers nothing; every step may fail and be done again.
/// </summary>
internal sealed partial class Provisioner(IGrainFactory grains, OrderId order, TimeProvider time)
{
    private const int PlansMax = 3;

    public async Task<ImmutableArray<LeaseSnapshot>> Read(int slots, CancellationToken cancel) =>
        [.. await Task.WhenAll(Enumerable.Range(0, slots).Select(slot => grains.Lease(new LeaseId(order, slot)).Read(cancel)))];

    /// <summary>Ends the leases that are broken. After this their epochs are stale, whatever their guests still do.</summary>
    public async Task<ImmutableArray<LeaseSnapshot>> Lose(ImmutableArray<LeaseSnapshot> leases, ImmutableArray<NodeSnapshot> nodes, CancellationToken cancel)
    {
        var standbys = OrderRules.StandbyLosses(leases, nodes, time.GetUtcNow());
        var losses = OrderRules.Losses(leases, nodes, time.GetUtcNow());
        await Lose(standbys, cancel);                                        // first: a lost one must not take over
        await Lose(losses, cancel);
        return standbys.IsEmpty && losses.IsEmpty ? leases : await Read(leases.Length, cancel);
    }

    /// <summary>Opens leases for slots that have none, as the Placer proposes.</summary>
    /// <returns>The leases, and why slots still have none; null where all have.</returns>
    public async Task<(ImmutableArray<LeaseSnapshot> Leases, string? Missing)> Place(
        OrderView view, Manifest manifest, ImmutableArray<LeaseSnapshot> leases, ImmutableArray<NodeSnapshot> nodes, bool hasReport, CancellationToken cancel)
    {
        var refused = ImmutableDictionary<NodeId, string>.Empty;
        for (var plan = 0; ; plan++)
        {
            var wanted = OrderRules.Wanted(view, leases, hasReport, time.GetUtcNow());
            if (wanted.IsEmpty) return (leases, null);
            var early = leases.Where(l => wanted.Contains(l.Id.Slot) && OrderRules.RestartAt(l) > time.GetUtcNow()).ToList();
            if (early.Count > 0) return (leases, $"slot {early[0].Id.Slot} starts again at {OrderRules.RestartAt(early[0]):HH:mm:ss}: {early[0].Lost[^1].Reason}");
            if (plan == PlansMax) return (leases, $"nodes refuse: {string.Join("; ", refused.Select(r => $"{r.Key}: {r.Value}"))}");

            var used = Used(leases);
            ImmutableArray<NodeId> suspects = [.. leases.Where(l => wanted.Contains(l.Id.Slot) && l.Lost.Length > 0).Select(l => l.Lost[^1].Node)];
            var placement = Placer.Place(new Ask(wanted, used, manifest.Tee, refused) { Suspects = suspects, Memory = manifest.Memory, Ring = Ring(leases) }, nodes);
            if (placement is Placement.Nowhere nowhere) return (await GiveUp(leases, nowhere.Missing, cancel), nowhere.Why);
            var on = (Placement.On)placement;
            refused = await Open(view, manifest, leases, on.Seats, refused, cancel);
            leases = await Read(leases.Length, cancel);
        }
    }

    /// <summary>Hands every current lease's node, and every standby's, what the guest is to do. A node that refuses loses the lease.</summary>
    public async Task Assign(OrderView view, Manifest manifest, ImmutableArray<LeaseSnapshot> leases, PipelineMap? map, CancellationToken cancel)
    {
        var bytes = manifest.ToCanonicalBytes();
        await Task.WhenAll(leases.Where(l => l.Next is not null).Select(async lease =>
        {
            if (await Assign(lease.Id, lease.Next!.Grant, manifest, bytes, map, Directive.Run, cancel) is { } refusal)
                await grains.Lease(lease.Id).Lose(lease.Next.Grant.Epoch, refusal, cancel);
        }));
        await Task.WhenAll(leases.Where(l => l.IsCurrent).Select(async lease =>
        {
            var directive = OrderRules.DirectiveFor(view, lease.Id.Slot, time.GetUtcNow());
            if (await Assign(lease.Id, lease.Grant!, manifest, bytes, map, directive, cancel) is { } refusal)
                await grains.Lease(lease.Id).Lose(lease.Grant!.Epoch, refusal, cancel);
            else if (directive is Directive.Finish && lease.Status is LeaseStatus.Attested or LeaseStatus.Running)
                await grains.Lease(lease.Id).Drain(lease.Grant!.Epoch, cancel);
        }));
    }

    /// <summary>Tells the nodes of lost leases to stop them.</summary>
    /// <returns>Those of which that is done; the same array where nothing changes.</returns>
    public async Task<ImmutableArray<LeaseHold>> Fence(ImmutableArray<LeaseSnapshot> leases, ImmutableArray<LeaseHold> fenced, CancellationToken cancel)
    {
        var lost = leases.SelectMany(l => l.Lost).Select(l => (l.Node, Hold: new LeaseHold(new LeaseId(order, l.Slot), l.Epoch))).ToList();
        await Task.WhenAll(lost.Where(l => !fenced.Contains(l.Hold)).Select(l => grains.Node(l.Node).Stop(l.Hold, cancel)));
        return lost.Select(l => l.Hold).SequenceEqual(fenced) ? fenced : [.. lost.Select(l => l.Hold)];
    }

    /// <summary>Stops and gives back whatever the order holds.</summary>
    public async Task<ImmutableArray<LeaseSnapshot>> Release(ImmutableArray<LeaseSnapshot> leases, CancellationToken cancel)
    {
        var held = leases.Where(l => l.IsCurrent).ToList();
        await Task.WhenAll(held.Select(async lease =>
        {
            if (lease.Next is { Grant: var next }) await grains.Node(next.Node).Stop(new LeaseHold(lease.Id, next.Epoch), cancel);
            await grains.Node(lease.Grant!.Node).Stop(new LeaseHold(lease.Id, lease.Grant.Epoch), cancel);
            await grains.Lease(lease.Id).Release(lease.Grant.Epoch, cancel);
        }));
        return held.Count == 0 ? leases : await Read(leases.Length, cancel);
    }

    private async Task<ImmutableDictionary<NodeId, string>> Open(
        OrderView view, Manifest manifest, ImmutableArray<LeaseSnapshot> leases, ImmutableArray<Seat> seats, ImmutableDictionary<NodeId, string> refused, CancellationToken cancel)
    {
        var bytes = manifest.ToCanonicalBytes();
        foreach (var seat in seats)
        {
            var lease = leases[seat.Slot];
            var grant = Grant(view, manifest, lease, seat);
            if (await grains.Lease(lease.Id).Open(grant, cancel) is not (LeaseDecision.Moved or LeaseDecision.Unchanged)) continue;   // someone else was faster; look again
            if (await Assign(lease.Id, grant, manifest, bytes, map: null, Directive.Run, cancel) is not { } refusal) continue;
            await grains.Lease(lease.Id).Lose(grant.Epoch, refusal, cancel);
            refused = refused.SetItem(grant.Node, refusal);
        }
        return refused;
    }

    private async Task<string?> Assign(
        LeaseId lease, LeaseGrant grant, Manifest manifest, byte[] canonical, PipelineMap? map, Directive directive, CancellationToken cancel)
    {
        var assignment = new Assignment
        {
            Lease = lease,
            Epoch = grant.Epoch,
            Incarnation = grant.Incarnation,
            Provider = grant.Provider,
            Offer = grant.Offer,
            Manifest = canonical,
            MemoryBytes = manifest.Memory.IsEmpty ? 0 : manifest.Memory[lease.Slot],
            Pipeline = map,
            Directive = directive,
        };
        return await grains.Node(grant.Node).Assign(assignment, cancel) is NodeDecision.Refused refused ? $"{grant.Node} refused: {refused.Reason}" : null;
    }
}
