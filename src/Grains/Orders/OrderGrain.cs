using Microsoft.Extensions.Logging;
using SwarmCompute.Chain;
using SwarmCompute.Grains.ChainFeed;

namespace SwarmCompute.Grains.Orders;

/// <summary>
/// Remembers what the chain said of one order and, at each <see cref="Reconcile"/>, looks at leases, nodes and outbox and does what is missing.
/// </summary>
internal sealed partial class OrderGrain(
    [PersistentState("order", SwarmGrainsHosting.StorageName)] IPersistentState<OrderState> state,
    [PersistentState("report", SwarmGrainsHosting.StorageName)] IPersistentState<OrderReportState> report,
    TimeProvider time, ILogger<OrderGrain> log) : Grain, IOrderGrain
{
    private OrderView? _view;
    private OrderSnapshot? _snapshot;                                        // what Read gives, also while a Reconcile runs
    private Manifest? _manifest;                                             // never changes once it is known

    private OrderId Id => OrderId.Parse(this.GetPrimaryKeyString());

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _view = OrderView.Fold(state.State.Events.Select(e => e.ToEvent()));
        _snapshot = state.State.Snapshot ?? (_view is null ? null : OrderSnapshots.Begin(Id, _view));
        return Task.CompletedTask;
    }

    public async Task<OrderDecision> Observe(ImmutableArray<OrderEventRecord> events, CancellationToken cancel)
    {
        ImmutableArray<OrderEventRecord> all = [.. state.State.Events.Concat(events).Distinct().OrderBy(e => e.Block).ThenBy(e => e.LogIndex)];
        if (all.Length == state.State.Events.Length) return new OrderDecision.Unchanged();
        if (events.Any(e => e.Order != Id)) return new OrderDecision.Refused($"An event of another order was given to order {Id}.");
        OrderView? view;
        try
        {
            view = OrderView.Fold(all.Select(e => e.ToEvent()));
        }
        catch (ChainException fault)
        {
            return new OrderDecision.Refused(fault.Message);
        }
        await this.Save(state, state.State with { Events = all }, cancel);
        _view = view;
        _snapshot ??= OrderSnapshots.Begin(Id, view!);
        return new OrderDecision.Observed();
    }

    public async Task<OrderDecision> Reconcile(CancellationToken cancel)
    {
        if (_view is not { } view) return new OrderDecision.NotFound();
        if (state.State.IsOver) return new OrderDecision.Over();
        var provisioner = new Provisioner(GrainFactory, Id, time);
        var leases = await provisioner.Read(view.Slots, cancel);
        await TakeReport(leases[0], cancel);
        var facts = OrderRules.IsOver(view.Status) || OrderRules.IsPast(view, report.State.Report is not null, time.GetUtcNow())
            ? Facts(view, await provisioner.Release(leases, cancel))
            : await Pursue(view, provisioner, leases, cancel);
        var outbox = await Settle(facts, cancel);
        await Show(facts with { Trouble = outbox.Trouble }, cancel);
        var fenced = await provisioner.Fence(facts.Leases, state.State.Fenced, cancel);
        var isOver = OrderRules.IsOver(view.Status) && outbox.IsDone;
        if (fenced != state.State.Fenced || isOver) await this.Save(state, state.State with { Fenced = fenced, IsOver = isOver }, cancel);
        return isOver ? new OrderDecision.Over() : new OrderDecision.Followed(_snapshot?.Why);
    }

    public Task<OrderSnapshot?> Read(CancellationToken cancel) => Task.FromResult(_snapshot);

    public Task<byte[]?> ReadReport(CancellationToken cancel) => Task.FromResult(report.State.Report?.File);

    /// <summary>Copies the head's signed report here, where it outlives its guest.</summary>
    private async Task TakeReport(LeaseSnapshot head, CancellationToken cancel)
    {
        if (report.State.Report is not null || head is not { HasReport: true, Grant: { } grant, Identity: { } identity }) return;
        if (await GrainFactory.Lease(head.Id).ReadReport(grant.Epoch, cancel) is not { } signed) return;
        await this.Save(report, new OrderReportState { Report = signed, Epoch = grant.Epoch, KeyX = identity.KeyX, KeyY = identity.KeyY }, cancel);
        LogReport(log, Id, signed.Hash, signed.Units);
    }

    /// <summary>Sees to it that every slot that should has a lease, and that every node knows what its guest is to do.</summary>
    private async Task<OrderFacts> Pursue(OrderView view, Provisioner provisioner, ImmutableArray<LeaseSnapshot> leases, CancellationToken cancel)
    {
        if (await ReadManifest(view.ManifestHash, cancel) is not { } manifest)
            return Facts(view, leases) with { Missing = $"manifest {view.ManifestHash} has not been given to the swarm; PUT /v1/manifests/{view.ManifestHash}" };
        if (OrderRules.Refusal(view, manifest) is { } refusal) return Facts(view, leases) with { Refusal = refusal };

        var nodes = await GrainFactory.Nodes().List(cancel);
        leases = await provisioner.Lose(leases, nodes, cancel);
        (leases, var missing) = await provisioner.Place(view, manifest, leases, nodes, report.State.Report is not null, cancel);
        var map = OrderRules.NextMap(state.State.Map, leases);
        if (map != state.State.Map)
        {
            await this.Save(state, state.State with { Map = map }, cancel);
            LogMap(log, Id, map!.Generation, string.Join(", ", map.Stages.Select(s => $"{s.Slot} epoch {s.Epoch} at {s.OverlayEndpoint}")));
        }
        await provisioner.Assign(view, manifest, leases, map, cancel);
        return Facts(view, leases) with { Missing = missing };
    }

    /// <summary>Puts into the outbox what the chain must learn: each attested lease, the report, the settlement.</summary>
    private async Task<SettlementSnapshot> Settle(OrderFacts facts, CancellationToken cancel)
    {
        var settlement = GrainFactory.Settlement(Id);
        var outbox = await settlement.Follow(cancel);
        if (OrderRules.IsOver(facts.View.Status)) return outbox;
        foreach (var intent in OrderIntents.Due(facts.Leases, report.State))
            if (!outbox.Has(intent.Key)) outbox = await settlement.Enqueue(intent, cancel);
        return outbox;
    }

    private async Task Show(OrderFacts facts, CancellationToken cancel)
    {
        var before = _snapshot?.Phase ?? OrderPhase.Open;
        var phase = OrderRules.Phase(facts);
        if (!OrderRules.MayFollow(before, phase))
        {
            LogIllegal(log, Id, before, phase);
            return;
        }
        var snapshot = OrderSnapshots.Build(facts, phase);
        if (!OrderSnapshots.Same(state.State.Snapshot, snapshot)) await this.Save(state, state.State with { Snapshot = snapshot }, cancel);
        _snapshot = snapshot;
        if (phase != before) LogPhase(log, Id, before, phase, snapshot.Why);
    }

    private async Task<Manifest?> ReadManifest(Hash32 hash, CancellationToken cancel)
    {
        if (_manifest is null && await GrainFactory.Manifest(hash).Read(cancel) is { } bytes) _manifest = Manifest.Parse(bytes);
        return _manifest;
    }

    private OrderFacts Facts(OrderView view, ImmutableArray<LeaseSnapshot> leases) =>
        new() { Order = Id, View = view, Leases = leases, Map = state.State.Map, Report = report.State.Report, Now = time.GetUtcNow() };
}
