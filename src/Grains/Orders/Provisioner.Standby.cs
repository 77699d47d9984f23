using SwarmCompute.Chain;
using SwarmCompute.Grains.Scheduling;

namespace SwarmCompute.Grains.Orders;

internal sealed partial class Provisioner
{
    /// <summary>Lets a standby take over whose holder's node drains, once it may.</summary>
    public async Task<ImmutableArray<LeaseSnapshot>> HandOver(PipelineMap? map, ImmutableArray<LeaseSnapshot> leases, ImmutableArray<NodeSnapshot> nodes, CancellationToken cancel)
    {
        if (OrderRules.HandOver(map, leases, nodes, time.GetUtcNow()) is not { } due) return leases;
        await grains.Lease(due.Lease).Promote(due.Epoch, due.Reason, cancel);
        return await Read(leases.Length, cancel);
    }

    /// <summary>Prepares successors for slots that should have one and have none. An order runs without them, too.</summary>
    /// <returns>The leases, and why a slot has no standby; null where every one that should has.</returns>
    public async Task<(ImmutableArray<LeaseSnapshot> Leases, string? Missing)> Prepare(
        OrderView view, Manifest manifest, ImmutableArray<LeaseSnapshot> leases, ImmutableArray<NodeSnapshot> nodes, bool hasReport, CancellationToken cancel)
    {
        var wanted = OrderRules.StandbysWanted(view, manifest, leases, nodes, hasReport, time.GetUtcNow());
        string? missing = null;
        foreach (var slot in wanted)
        {
            if (await Prepare(view, manifest, leases, slot, nodes, cancel) is { } why) missing ??= $"slot {slot} runs without a standby: {why}";
            leases = await Read(leases.Length, cancel);
        }
        return (leases, missing);
    }

    private async Task<string?> Prepare(
        OrderView view, Manifest manifest, ImmutableArray<LeaseSnapshot> leases, int slot, ImmutableArray<NodeSnapshot> nodes, CancellationToken cancel)
    {
        var lease = leases[slot];
        if (OrderRules.RestartAt(lease) is var again && again > time.GetUtcNow()) return $"one starts again at {again:HH:mm:ss}: {lease.Lost[^1].Reason}";
        var refused = ImmutableDictionary<NodeId, string>.Empty.Add(lease.Grant!.Node, $"it holds slot {slot} itself");
        for (var plan = 0; plan < PlansMax; plan++)
        {
            var placement = Placer.Place(new Ask([slot], Used(leases), manifest.Tee, refused) { Memory = manifest.Memory, Ring = Ring(leases).Remove(slot) }, nodes);
            if (placement is not Placement.On { Seats: [var seat] }) return ((Placement.Nowhere)placement).Why;
            var grant = Grant(view, manifest, lease, seat);
            if (await grains.Lease(lease.Id).Prepare(grant, cancel) is not (LeaseDecision.Moved or LeaseDecision.Unchanged)) return null;   // something happened to the slot; look again
            if (await Assign(lease.Id, grant, manifest, manifest.ToCanonicalBytes(), map: null, Directive.Run, cancel) is not { } refusal) return null;
            await grains.Lease(lease.Id).Lose(grant.Epoch, refusal, cancel);
            refused = refused.SetItem(grant.Node, refusal);
            lease = await grains.Lease(lease.Id).Read(cancel);
        }
        return $"nodes refuse: {string.Join("; ", refused.Select(r => $"{r.Key}: {r.Value}"))}";
    }

    private async Task<ImmutableArray<LeaseSnapshot>> GiveUp(ImmutableArray<LeaseSnapshot> leases, int missing, CancellationToken cancel)
    {
        var standbys = OrderRules.GivenUp(leases, missing);
        await Lose(standbys, cancel);
        return standbys.IsEmpty ? leases : await Read(leases.Length, cancel);
    }

    private async Task Lose(ImmutableArray<LeaseLoss> losses, CancellationToken cancel) =>
        await Task.WhenAll(losses.Select(loss => grains.Lease(loss.Lease).Lose(loss.Epoch, loss.Reason, cancel)));

    private static ImmutableArray<NodeId> Used(ImmutableArray<LeaseSnapshot> leases) =>
        [.. leases.Where(l => l.IsCurrent).Select(l => l.Grant!.Node), .. leases.Where(l => l.Next is not null).Select(l => l.Next!.Grant.Node)];

    private static ImmutableDictionary<int, NodeId> Ring(ImmutableArray<LeaseSnapshot> leases) =>
        leases.Where(l => l.IsCurrent).ToImmutableDictionary(l => l.Id.Slot, l => l.Grant!.Node);

    private static LeaseGrant Grant(OrderView view, Manifest manifest, LeaseSnapshot lease, Seat seat)
    {
        var offer = seat.Node.Description;
        return new LeaseGrant(OrderRules.NextEpoch(view, lease), offer.Id, seat.Node.Incarnation, offer.Provider, view.ManifestHash, manifest.Authority, offer.Offer);
    }
}
