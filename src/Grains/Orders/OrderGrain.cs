using Microsoft.Extensions.Logging;
using SwarmCompute.Chain;
using SwarmCompute.Grains.ChainFeed;
using SwarmCompute.Grains.Webhooks;

namespace SwarmCompute.Grains.Orders;

/// <summary>
/// Remembers what the chain said of one order and, at each <see cref="Reconcile"/>, looks at leases, nodes and outbox and does what is missing.
/// </summary>
internal sealed partial class OrderGrain(
    [PersistentState("order", SwarmGrainsHosting.StorageName)] IPersistentState<OrderState> state,
    [PersistentState("report", SwarmGrainsHosting.StorageName)] IPersistentState<OrderReportState> report,
    ChainOptions chain, TimeProvider time, ILogger<OrderGrain> log) : Grain, IOrderGrain
{
    private OrderView? _view;
    private OrderChain? _latest;                                             // folded when it is asked for
    private OrderSnapshot? _snapshot;                                        // what Read gives, also while a Reconcile runs
    private Manifest? _manifest;                                             // never changes once it is known
    private DateTimeOffset? _countedAt;                                      // since when the head's count is due again

    private OrderId Id => OrderId.Parse(this.GetPrimaryKeyString());

    private OrderChainRecord Told => new() { Final = state.State.Events, Tail = state.State.Tail, Stopped = state.State.Stopped };

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _view = OrderView.Fold(state.State.Events.Select(e => e.ToEvent()));
        _snapshot = state.State.Snapshot ?? (_view is null ? null : OrderSnapshots.Begin(Id, _view));
        return Task.CompletedTask;
    }

    public async Task<OrderDecision> Observe(ImmutableArray<OrderEventRecord> events, CancellationToken cancel)
    {
        var all = OrderHistory.Add(state.State.Events, events);
        if (all.Length == state.State.Events.Length)
            return state.State.Stopped is { } still ? new OrderDecision.Refused(still) : new OrderDecision.Unchanged();
        if (events.Any(e => e.Order != Id)) return new OrderDecision.Refused($"An event of another order was given to order {Id}.");
        if (events.Length > WireLimits.EventsMax) return new OrderDecision.Refused($"{events.Length} events were given to order {Id} at once.");
        OrderView? view;
        try
        {
            view = OrderHistory.Fold(_view, state.State.Events, all);
        }
        catch (ChainException fault)
        {
            await this.Save(state, state.State with { Stopped = fault.Message }, cancel);
            LogStopped(log, Id, fault.Message);
            return new OrderDecision.Refused(fault.Message);
        }
        await this.Save(state, state.State with { Events = all, Tail = Above(all, state.State.Tail), Stopped = null }, cancel);
        _view = view;
        _latest = null;
        _snapshot ??= OrderSnapshots.Begin(Id, view!);
        return new OrderDecision.Observed();
    }

    public async Task<OrderDecision> Foresee(ImmutableArray<OrderEventRecord> tail, CancellationToken cancel)
    {
        if (tail.Any(e => e.Order != Id)) return new OrderDecision.Refused($"An event of another order was given to order {Id}.");
        if (tail.Length > WireLimits.TailMax) return new OrderDecision.Refused($"{tail.Length} events of order {Id} are not final; at most {WireLimits.TailMax} are shown.");
        var next = Above(state.State.Events, tail);
        if (next.SequenceEqual(state.State.Tail)) return new OrderDecision.Unchanged();
        await this.Save(state, state.State with { Tail = next }, cancel);
        _latest = null;
        return new OrderDecision.Observed();
    }

    public async Task<OrderDecision> Reconcile(CancellationToken cancel)
    {
        if (state.State.Stopped is { } reason) return new OrderDecision.Followed(reason);      // what it holds goes on
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
        var webhook = await new Announcer(GrainFactory, Id, chain, time, log).Announce(state.State.Webhook, view, cancel);
        var isOver = OrderRules.IsOver(view.Status) && outbox.IsDone && WebhookRules.IsDone(webhook);
        if (fenced != state.State.Fenced || isOver || webhook != state.State.Webhook)
            await this.Save(state, state.State with { Fenced = fenced, IsOver = isOver, Webhook = webhook }, cancel);
        return isOver ? new OrderDecision.Over() : new OrderDecision.Followed(_snapshot?.Why);
    }

    public Task<OrderSnapshot?> Read(CancellationToken cancel)
    {
        _latest ??= OrderChain.Fold(Told);
        return Task.FromResult(_snapshot is null ? null : _snapshot with
        {
            LatestStatus = (OrderChainStatus)(int)(_latest.Latest?.Status ?? OrderStatus.None),
            Why = state.State.Stopped ?? _snapshot.Why,
        });
    }

    public Task<OrderChainRecord> ReadChain(CancellationToken cancel) => Task.FromResult(Told);

    public async Task<OrderDecision> GiveReport(byte[] file, CancellationToken cancel)
    {
        if (_view is not { } view) return new OrderDecision.NotFound();
        if (report.State.Report is not null) return new OrderDecision.Unchanged();
        var (given, refusal) = GivenReport.Read(Id, view, file, chain);
        if (given is null) return new OrderDecision.Refused(refusal!);
        await this.Save(report, given, cancel);
        LogReport(log, Id, given.Report!.Hash, given.Report.Units);
        return new OrderDecision.Observed();
    }

    public async Task<OrderDecision> SetWebhook(string url, byte[] signature, CancellationToken cancel)
    {
        if (_view is not { } view) return new OrderDecision.NotFound();
        if (WebhookRegistration.Refusal(Id, view, url, signature, chain) is { } refusal) return new OrderDecision.Refused(refusal);
        if (state.State.IsOver) return new OrderDecision.Refused($"The webhook is refused: order {Id} is over, nothing of it is announced any more.");
        var webhook = WebhookRules.Register(state.State.Webhook, url);
        if (webhook == state.State.Webhook) return new OrderDecision.Unchanged();
        await this.Save(state, state.State with { Webhook = webhook }, cancel);
        return new OrderDecision.Observed();
    }

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
        leases = await provisioner.HandOver(state.State.Map, leases, nodes, cancel);
        (leases, var missing) = await provisioner.Place(view, manifest, leases, nodes, report.State.Report is not null, cancel);
        (leases, var alone) = await provisioner.Prepare(view, manifest, leases, nodes, report.State.Report is not null, cancel);
        var map = OrderRules.NextMap(state.State.Map, leases);
        if (map != state.State.Map)
        {
            await this.Save(state, state.State with { Map = map }, cancel);
            LogMap(log, Id, map!.Generation, string.Join(", ", map.Stages.Concat(map.Standbys).Select(s => $"{s.Slot} epoch {s.Epoch} at {s.OverlayEndpoint}")));
        }
        await provisioner.Assign(view, manifest, leases, map, cancel);
        return Facts(view, leases) with { Missing = missing ?? alone };
    }

    /// <summary>Puts into the outbox what the chain must learn: each attested lease, the report, the settlement.</summary>
    private async Task<SettlementSnapshot> Settle(OrderFacts facts, CancellationToken cancel)
    {
        var settlement = GrainFactory.Settlement(Id);
        var outbox = await settlement.Follow(cancel);
        if (OrderRules.IsOver(facts.View.Status)) return outbox;
        foreach (var intent in OrderIntents.Due(facts.Leases, report.State, OrderRules.IsPast(facts.View, facts.Report is not null, facts.Now), CountIsDue() || OrderIntents.IsReplacing(facts.Leases, outbox)))
            if (!outbox.Has(intent.Key)) outbox = await settlement.Enqueue(intent, cancel);
        return outbox;
    }

    private bool CountIsDue()
    {
        var now = time.GetUtcNow();
        _countedAt ??= now;
        if (now - _countedAt < OrderIntents.CheckpointEvery) return false;
        _countedAt = now;
        return true;
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
        var webhook = WebhookRules.Reach(state.State.Webhook, phase, facts.View, snapshot.ReportHash, facts.Now);
        if (!OrderSnapshots.Same(state.State.Snapshot, snapshot) || webhook != state.State.Webhook)
            await this.Save(state, state.State with { Snapshot = snapshot, Webhook = webhook }, cancel);
        _snapshot = snapshot;
        if (phase != before) LogPhase(log, Id, before, phase, snapshot.Why);
    }

    /// <summary>What of a tail no final event has taken the place of.</summary>
    private static ImmutableArray<OrderEventRecord> Above(ImmutableArray<OrderEventRecord> final, ImmutableArray<OrderEventRecord> tail) =>
        final.IsEmpty ? tail : [.. tail.Where(e => e.Sequence > final[^1].Sequence)];

    private async Task<Manifest?> ReadManifest(Hash32 hash, CancellationToken cancel)
    {
        if (_manifest is null && await GrainFactory.Manifest(hash).Read(cancel) is { } bytes) _manifest = Manifest.Parse(bytes);
        return _manifest;
    }

    private OrderFacts Facts(OrderView view, ImmutableArray<LeaseSnapshot> leases) =>
        new() { Order = Id, View = view, Leases = leases, Map = state.State.Map, Report = report.State.Report, Now = time.GetUtcNow() };
}
