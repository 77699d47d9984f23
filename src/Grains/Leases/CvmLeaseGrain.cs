using Microsoft.Extensions.Logging;
using SwarmCompute.Chain;

namespace SwarmCompute.Grains.Leases;

/// <summary>Remembers the leases of one slot and asks <see cref="LeaseRules"/> what may come next.</summary>
internal sealed partial class CvmLeaseGrain(
    [PersistentState("lease", SwarmGrainsHosting.StorageName)] IPersistentState<LeaseState> state,
    [PersistentState("report", SwarmGrainsHosting.StorageName)] IPersistentState<LeaseReportState> report,
    ChainOptions chain, TimeProvider time, ILogger<CvmLeaseGrain> log) : Grain, ICvmLeaseGrain
{
    private GuestReport.Heartbeat? _heartbeat;                               // of the current guest; worth nothing after a restart

    private LeaseEpoch _loaded;                                              // of the last successor that said so; worth nothing after a restart

    private LeaseId Id => LeaseId.Parse(this.GetPrimaryKeyString());

    public async Task<LeaseDecision> Open(LeaseGrant grant, CancellationToken cancel)
    {
        var decision = await Apply(LeaseRules.Open(state.State, grant, time.GetUtcNow()), grant.Epoch, "open", cancel);
        if (decision is LeaseDecision.Moved) _heartbeat = null;
        return decision;
    }

    public Task<LeaseDecision> Prepare(LeaseGrant grant, CancellationToken cancel) =>
        Apply(LeaseRules.Prepare(state.State, grant, time.GetUtcNow()), grant.Epoch, "prepare", cancel);

    public Task<LeaseDecision> Promote(LeaseEpoch epoch, string reason, CancellationToken cancel) =>
        Apply(LeaseRules.Promote(state.State, Id, epoch, reason, time.GetUtcNow()), epoch, "promote", cancel);

    public async Task<LeaseDecision> Observe(LeaseEpoch epoch, GuestReport guestReport, CancellationToken cancel)
    {
        var outcome = LeaseRules.Observe(state.State, Id, epoch, guestReport, time.GetUtcNow());
        if (outcome.Decision is LeaseDecision.Moved && Refusal(epoch, guestReport) is { } refusal) outcome = LeaseOutcome.Refused(refusal);
        if (outcome.Decision is LeaseDecision.Unchanged && epoch == state.State.Fence && guestReport is GuestReport.Heartbeat heartbeat) _heartbeat = heartbeat;
        if (outcome.Decision is LeaseDecision.Unchanged && epoch == state.State.Next?.Grant.Epoch && guestReport is GuestReport.Heartbeat { IsLoaded: true }) _loaded = epoch;
        if (outcome.Next is not null && guestReport is GuestReport.Reported reported)
            await this.Save(report, new LeaseReportState { Epoch = epoch, Report = reported.Report }, cancel);   // before the lease says that there is one
        return await Apply(outcome, epoch, guestReport.GetType().Name, cancel);
    }

    public Task<LeaseDecision> Lose(LeaseEpoch epoch, string reason, CancellationToken cancel) =>
        Apply(LeaseRules.Lose(state.State, Id, epoch, reason, time.GetUtcNow()), epoch, "lose", cancel);

    public Task<LeaseDecision> Drain(LeaseEpoch epoch, CancellationToken cancel) =>
        Apply(LeaseRules.Move(state.State, epoch, LeaseStatus.Draining, time.GetUtcNow()), epoch, "drain", cancel);

    public Task<LeaseDecision> Release(LeaseEpoch epoch, CancellationToken cancel) =>
        Apply(LeaseRules.Move(state.State, epoch, LeaseStatus.Released, time.GetUtcNow()), epoch, "release", cancel);

    public Task<LeaseSnapshot> Read(CancellationToken cancel)
    {
        var last = state.State.Last;
        return Task.FromResult(new LeaseSnapshot
        {
            Id = Id,
            Fence = state.State.Fence,
            Grant = last?.Grant,
            Status = last?.Status,
            Since = last?.Since ?? default,
            ProcessId = last?.ProcessId,
            Identity = last?.Identity,
            ReadyGeneration = last?.ReadyGeneration ?? 0,
            CompletionTokens = _heartbeat?.CompletionTokens ?? 0,
            LostPeers = last?.LostPeers ?? [],
            HasReport = last?.HasReport ?? false,
            Lost = state.State.Lost,
            Usage = state.State.Usage,
            Next = Next(),
            Prepared = state.State.Prepared,
            SlowPercent = _heartbeat?.SlowPercent ?? 0,
        });
    }

    public Task<SignedReportRecord?> ReadReport(LeaseEpoch epoch, CancellationToken cancel) =>
        Task.FromResult(report.State.Epoch == epoch ? report.State.Report : null);

    private NextLease? Next() => state.State.Next is not { } next ? null : new NextLease
    {
        Grant = next.Grant,
        Status = next.Status,
        Since = next.Since,
        ProcessId = next.ProcessId,
        Identity = next.Identity,
        Lag = _heartbeat?.StandbyEpoch == next.Grant.Epoch ? _heartbeat.StandbyLag : null,
        IsLoaded = _loaded == next.Grant.Epoch,
    };

    private string? Refusal(LeaseEpoch epoch, GuestReport guestReport) => (guestReport, state.State.Next?.Grant.Epoch == epoch ? state.State.Next : state.State.Last) switch
    {
        (GuestReport.Attested attested, { } lease) => GuestChecks.Refusal(Id, lease.Grant, attested.Identity, chain, time.GetUtcNow()),
        (GuestReport.Reported reported, { Identity: { } identity } lease) => GuestChecks.Refusal(Id, lease.Grant, identity, reported.Report, chain),
        (GuestReport.Checkpoint checkpoint, { Identity: { } identity } lease) => GuestChecks.Refusal(Id, lease.Grant, identity, checkpoint, chain),
        _ => null,
    };

    private async Task<LeaseDecision> Apply(LeaseOutcome outcome, LeaseEpoch epoch, string call, CancellationToken cancel)
    {
        var id = this.GetPrimaryKeyString();
        switch (outcome.Decision)
        {
            case LeaseDecision.Moved moved:
                var before = state.State.Next;
                await this.Save(state, outcome.Next!, cancel);
                if (outcome.Next!.Lost is [.., var lost] && lost.Epoch == epoch && moved.Status is LeaseStatus.Lost) LogLost(log, id, epoch.Value, lost.Node, lost.Reason);
                else LogMoved(log, id, epoch.Value, moved.Status, call);
                if (before is not null && before == outcome.Next.Last) TookOver(id, before);
                break;
            case LeaseDecision.Fenced fenced:
                LogFenced(log, id, epoch.Value, fenced.Fence.Value, call);
                break;
            case LeaseDecision.Illegal illegal:
                LogIllegal(log, id, epoch.Value, illegal.From, illegal.To);
                break;
            case LeaseDecision.Refused refused:
                LogRefused(log, id, epoch.Value, call, refused.Reason);
                break;
        }
        return outcome.Decision;
    }

    private void TookOver(string id, Lease lease)
    {
        _heartbeat = null;
        LogTookOver(log, id, lease.Grant.Epoch.Value, lease.Grant.Node, lease.Status);
    }
}
