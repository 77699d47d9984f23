namespace SwarmCompute.Grains.Interfaces;

/// <summary>The leases of one slot: at most one is current, and its epoch fences all others. Keyed by <c>ORDER/SLOT</c>.</summary>
[Alias("swarm.ICvmLeaseGrain")]
public interface ICvmLeaseGrain : IGrainWithStringKey
{
    /// <summary>Begins a lease under a new epoch. Only where there is none, or the last one is over.</summary>
    /// <returns>Moved, Unchanged (the very grant stands), Fenced or Illegal.</returns>
    [Alias("Open"), ResponseTimeout("00:00:03")]
    Task<LeaseDecision> Open(LeaseGrant grant, CancellationToken cancel);

    /// <summary>Begins a successor beside the current lease, under a later epoch. It counts for nothing until the current lease ends: then it is the current one.</summary>
    /// <returns>Moved, Unchanged (the very grant is prepared), Fenced, or Refused (nothing to succeed, or another is prepared).</returns>
    [Alias("Prepare"), ResponseTimeout("00:00:03")]
    Task<LeaseDecision> Prepare(LeaseGrant grant, CancellationToken cancel);

    /// <summary>Ends the current lease for its attested successor of this epoch, in one write.</summary>
    /// <returns>Moved, Unchanged (it is the current one), Fenced, Refused (it is not attested) or NotFound.</returns>
    [Alias("Promote"), ResponseTimeout("00:00:03")]
    Task<LeaseDecision> Promote(LeaseEpoch epoch, string reason, CancellationToken cancel);

    /// <summary>Notes what the node agent saw or heard of the guest; durable when it returns, but for heartbeats.</summary>
    /// <returns>Moved, Unchanged, Fenced, Illegal, Refused or NotFound.</returns>
    [Alias("Observe"), ResponseTimeout("00:00:03")]
    Task<LeaseDecision> Observe(LeaseEpoch epoch, GuestReport report, CancellationToken cancel);

    /// <summary>Ends the lease, or its prepared successor, as lost. From here its epoch is stale; where a successor is prepared, it is the current lease.</summary>
    /// <returns>Moved, Unchanged, Fenced, Illegal or NotFound.</returns>
    [Alias("Lose"), ResponseTimeout("00:00:03")]
    Task<LeaseDecision> Lose(LeaseEpoch epoch, string reason, CancellationToken cancel);

    /// <summary>Notes that the guest was told to finish.</summary>
    /// <returns>Moved, Unchanged, Fenced, Illegal or NotFound.</returns>
    [Alias("Drain"), ResponseTimeout("00:00:03")]
    Task<LeaseDecision> Drain(LeaseEpoch epoch, CancellationToken cancel);

    /// <summary>Ends the lease in order, and its prepared successor with it.</summary>
    /// <returns>Moved, Unchanged, Fenced, Illegal or NotFound.</returns>
    [Alias("Release"), ResponseTimeout("00:00:03")]
    Task<LeaseDecision> Release(LeaseEpoch epoch, CancellationToken cancel);

    /// <summary>The slot as it stands.</summary>
    [Alias("Read"), ResponseTimeout("00:00:03")]
    Task<LeaseSnapshot> Read(CancellationToken cancel);

    /// <summary>The signed report that the current guest gave; null where it gave none.</summary>
    [Alias("ReadReport"), ResponseTimeout("00:00:03")]
    Task<SignedReportRecord?> ReadReport(LeaseEpoch epoch, CancellationToken cancel);
}
