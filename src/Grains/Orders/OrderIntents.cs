using System.Security.Cryptography.X509Certificates;
using SwarmCompute.Attestation;

namespace SwarmCompute.Grains.Orders;

/// <summary>What the chain must learn of an order. Pure.</summary>
internal static class OrderIntents
{
    /// <summary>How often a running order's count goes to the chain: what its provider may lose if the whole swarm is gone.</summary>
    public static readonly TimeSpan CheckpointEvery = TimeSpan.FromMinutes(10);

    /// <summary>
    /// In the order in which the contract takes them: what a head served that lost its lease (before its successor's lease makes its word
    /// void), leases by slot, the report, the settlement.
    /// </summary>
    /// <param name="leases">The order's leases.</param>
    /// <param name="report">The report, where there is one.</param>
    /// <param name="isPast">Whether the order's end has passed without a report.</param>
    /// <param name="countIsDue">Whether the current head's count should go to the chain too.</param>
    public static IEnumerable<SettlementIntent> Due(ImmutableArray<LeaseSnapshot> leases, OrderReportState report, bool isPast, bool countIsDue)
    {
        if (report.Report is null && leases[0] is { Usage: { } usage } head && (countIsDue || usage.Epoch < head.Fence))
            yield return new SettlementIntent.Checkpoint { Usage = usage };
        foreach (var lease in leases)
            if (lease is { IsCurrent: true, Grant: { } grant, Identity: { } identity }) yield return Assign(lease.Id, grant, identity);
        if (isPast && leases.Any(l => l.Grant is not null)) yield return new SettlementIntent.Expire();
        if (report.Report is not { } signed) yield break;
        yield return new SettlementIntent.SubmitReport
        {
            Epoch = report.Epoch,
            ReportHash = signed.Hash,
            Units = (ulong)signed.Units,
            KeyX = report.KeyX,
            KeyY = report.KeyY,
            Signature = signed.Signature,
        };
        yield return new SettlementIntent.Settle();
    }

    /// <summary>Whether a successor's lease is about to go to the chain: its predecessor is paid for what is counted by then, so the count goes first.</summary>
    public static bool IsReplacing(ImmutableArray<LeaseSnapshot> leases, SettlementSnapshot outbox) => leases.Any(l =>
        l is { IsCurrent: true, Identity: not null, Grant: { } grant } && !l.Lost.IsEmpty && !outbox.Has(SettlementIntent.AssignLease.KeyOf(l.Id.Slot, grant.Epoch)));

    private static SettlementIntent.AssignLease Assign(LeaseId lease, LeaseGrant grant, GuestIdentity identity)
    {
        using var authority = X509CertificateLoader.LoadCertificate(identity.AuthorityDer);
        var (x, y) = P256.Point(authority);
        return new SettlementIntent.AssignLease
        {
            Lease = lease,
            Epoch = grant.Epoch,
            Offer = grant.Offer,
            Measurement = DevelopmentEvidence.LeaseMeasurementOf(identity.EvidenceType, identity.Measurement),
            KeyX = identity.KeyX,
            KeyY = identity.KeyY,
            AuthorityX = new Hash32(x),
            AuthorityY = new Hash32(y),
            Signature = identity.LeaseSignature,
        };
    }
}
