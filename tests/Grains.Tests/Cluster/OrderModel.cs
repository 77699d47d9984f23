using SwarmCompute.Chain;
using SwarmCompute.Grains.ChainFeed;

namespace SwarmCompute.Grains.Tests.Cluster;

/// <summary>One order of a model test: what can be done to it, and what must hold of it.</summary>
internal sealed class OrderModel(TestSwarm swarm, OrderId order)
{
    private const int NodeCount = 3;

    private readonly Dictionary<LeaseHold, ForgedGuest> _guests = [];
    private readonly Dictionary<int, LeaseEpoch> _highest = [];
    private readonly string[] _runs = [.. Enumerable.Range(0, NodeCount).Select(_ => Guid.NewGuid().ToString("N"))];
    private uint _sequence = 1;
    private bool _isClosing;
    private long _generation;

    public async Task Reconcile(CancellationToken cancel) => await swarm.Grains.Order(order).Reconcile(cancel);

    public Task Sync(int which, CancellationToken cancel) => Sync(which, [], cancel);

    public async Task Attest(int slot, CancellationToken cancel)
    {
        if (await Current(slot, cancel) is not { Grant: { } grant } lease) return;
        var hold = new LeaseHold(lease.Id, grant.Epoch);
        if (!_guests.TryGetValue(hold, out var guest)) _guests[hold] = guest = swarm.Forge.Certify(lease.Id, grant.Epoch, grant.Provider, grant.Offer, grant.ManifestHash);
        await Tell(hold, new GuestReport.Attested(guest.Identity), cancel);
    }

    public async Task AttestNext(int slot, CancellationToken cancel)
    {
        if (await Current(slot, cancel) is not { Next.Grant: { } grant } lease) return;
        var hold = new LeaseHold(lease.Id, grant.Epoch);
        if (!_guests.TryGetValue(hold, out var guest)) _guests[hold] = guest = swarm.Forge.Certify(lease.Id, grant.Epoch, grant.Provider, grant.Offer, grant.ManifestHash);
        await Tell(hold, new GuestReport.Attested(guest.Identity), cancel);
    }

    public async Task LoseNext(int slot, bool byHolder, CancellationToken cancel)
    {
        if (await Current(slot, cancel) is not { Next.Grant: { } next, Grant: { } grant } lease) return;
        await Tell(new LeaseHold(lease.Id, byHolder ? grant.Epoch : next.Epoch), byHolder ? new GuestReport.StandbyLost(next.Epoch, "broken") : new GuestReport.Exited(1), cancel);
    }

    public async Task Drain(int which, CancellationToken cancel) => await swarm.Grains.Node(NodeOf(which)).Move(NodeStatus.Draining, "maintenance", cancel);

    public async Task Ready(int slot, CancellationToken cancel)
    {
        var generation = (await swarm.Grains.Order(order).Read(cancel))!.Generation;
        if (await Current(slot, cancel) is { Grant: { } grant } lease && generation > 0)
            await Tell(new LeaseHold(lease.Id, grant.Epoch), new GuestReport.StageReady(generation), cancel);
    }

    public async Task Accuse(int slot, CancellationToken cancel)
    {
        var (accuser, accused) = (await Current(slot, cancel), await Current(1 - slot, cancel));
        if (accuser?.Grant is { } by && accused?.Grant is { } of)
            await Tell(new LeaseHold(accuser.Id, by.Epoch), new GuestReport.PeerLost(1 - slot, of.Epoch, "broken"), cancel);
    }

    public async Task Exit(int slot, bool stale, CancellationToken cancel)
    {
        var lease = await swarm.Grains.Lease(new LeaseId(order, slot)).Read(cancel);
        if (stale && lease.Lost.IsEmpty) return;
        var epoch = stale ? lease.Lost[^1].Epoch : lease.Fence;
        await Tell(new LeaseHold(lease.Id, epoch), new GuestReport.Exited(1), cancel);
    }

    public async Task LoseNode(int which, CancellationToken cancel) =>
        await swarm.Grains.Node(NodeOf(which)).Lose(_runs[which % NodeCount], "its silo is dead", cancel);

    public async Task RejoinNode(int which, CancellationToken cancel)
    {
        _runs[which % NodeCount] = Guid.NewGuid().ToString("N");
        await Sync(which, cancel);
    }

    public async Task Close(CancellationToken cancel)
    {
        if (_isClosing) return;
        _isClosing = true;
        foreach (var slot in new[] { 0, 1 })
            await Happen((b, h, n) => new OrderEvent.LeaseAssigned(order, b, h, 0, n, h, slot, new LeaseEpoch(1), default, default, default, default, 0), cancel);
        await Happen((b, h, n) => new OrderEvent.OrderRunning(order, b, h, 0, n, h), cancel);
        await Happen((b, h, n) => new OrderEvent.OrderClosing(order, b, h, 0, n, h, DateTimeOffset.MaxValue), cancel);
    }

    public async Task Report(CancellationToken cancel)
    {
        if (await Current(0, cancel) is { Grant: { } grant } lease && _guests.TryGetValue(new LeaseHold(lease.Id, grant.Epoch), out var guest))
            await Tell(new LeaseHold(lease.Id, grant.Epoch), new GuestReport.Reported(guest.Report(5)), cancel);
    }

    /// <summary>What holds after every act.</summary>
    public async Task Check(CancellationToken cancel)
    {
        for (var slot = 0; slot < 2; slot++)
        {
            var lease = await swarm.Grains.Lease(new LeaseId(order, slot)).Read(cancel);
            var fence = lease.Fence;
            Assert.True(lease.Next is null || (lease.IsCurrent && lease.Next.Grant.Epoch > fence), $"The successor of slot {slot} has epoch {lease.Next?.Grant.Epoch} beside {fence}.");
            Assert.True(fence >= _highest.GetValueOrDefault(slot), $"The fence of slot {slot} fell to {fence}.");
            _highest[slot] = fence;
        }
        var generation = (await swarm.Grains.Order(order).Read(cancel))!.Generation;
        Assert.True(generation >= _generation, "The generation fell.");
        _generation = generation;
        var outbox = await swarm.Grains.Settlement(order).Follow(cancel);
        Assert.Equal(outbox.Intents.Length, outbox.Intents.Select(i => i.Key).Distinct().Count());
    }

    /// <summary>What holds once the order was reconciled and nothing has happened since.</summary>
    public async Task CheckAtRest(CancellationToken cancel)
    {
        var running = new List<Assignment>();
        for (var node = 0; node < NodeCount; node++) running.AddRange((await Sync(node, [], cancel)).Assignments.Where(a => a.Lease.Order == order && a.Directive is not Directive.Stop));
        foreach (var held in running)
        {
            var lease = await swarm.Grains.Lease(held.Lease).Read(cancel);
            Assert.True(lease.IsCurrent && (lease.Grant!.Epoch == held.Epoch || lease.Next?.Grant.Epoch == held.Epoch), $"{held.Lease} epoch {held.Epoch} runs, but {lease.Fence} ({lease.Status}) counts.");
        }
        Assert.Equal(running.Count, running.Select(a => (a.Lease, a.Epoch)).Distinct().Count());
        var outbox = await swarm.Grains.Settlement(order).Follow(cancel);
        var report = await swarm.Grains.Order(order).ReadReport(cancel);
        Assert.Equal(report is not null, outbox.Has(SettlementIntent.Settle.KeyName));
    }

    /// <summary>The order's customer gets everything back, and nothing stays behind for the next life.</summary>
    public async Task End(CancellationToken cancel)
    {
        await Happen((b, h, n) => new OrderEvent.OrderExpired(order, b, h, 0, n, h, Wei.Zero, new Wei(1000)), cancel);
        swarm.Chain.Expire(order);
        await Reconcile(cancel);
        for (var node = 0; node < NodeCount; node++) await Sync(node, [], cancel);
    }

    private async Task<NodeAssignments> Sync(int which, ImmutableArray<LeaseHold> guests, CancellationToken cancel)
    {
        var description = new NodeDescription(NodeOf(which), 4, "127.0.0.1", default, ["development"], default);
        return await swarm.Grains.Node(NodeOf(which)).Sync(new NodeReport(description, _runs[which % NodeCount], guests), cancel);
    }

    private async Task<LeaseSnapshot?> Current(int slot, CancellationToken cancel) =>
        await swarm.Grains.Lease(new LeaseId(order, slot)).Read(cancel) is { IsCurrent: true } lease ? lease : null;

    private Task<LeaseDecision> Tell(LeaseHold hold, GuestReport report, CancellationToken cancel) => swarm.Grains.Lease(hold.Lease).Observe(hold.Epoch, report, cancel);

    private async Task Happen(Func<ulong, Hash32, uint, OrderEvent> make, CancellationToken cancel)
    {
        var block = 1_000_000 + order.Value * 100 + ++_sequence;
        var decision = await swarm.Grains.Order(order).Observe([make(block, Hash32.Sha256(BitConverter.GetBytes(block)), _sequence).ToRecord()], cancel);
        Assert.IsType<OrderDecision.Observed>(decision);
    }

    private static NodeId NodeOf(int which) => new($"node-{which % NodeCount + 1}");
}
