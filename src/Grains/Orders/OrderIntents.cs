using System.Security.Cryptography.X509Certificates;
using SwarmCompute.Attestation;

namespace SwarmCompute.Grains.Orders;

/// <summary>What the chain must learn of an order. Pure.</summary>
internal static class OrderIntents
{
    /// <summary>In the order in which the contract takes them: leases by slot, the report, the settlement.</summary>
    public static IEnumerable<SettlementIntent> Due(ImmutableArray<LeaseSnapshot> leases, OrderReportState report)
    {
        foreach (var lease in leases)
            if (lease is { IsCurrent: true, Grant: { } grant, Identity: { } identity }) yield return Assign(lease.Id, grant, identity);
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

    private static SettlementIntent.AssignLease Assign(LeaseId lease, LeaseGrant grant, GuestIdentity identity)
    {
        using var authority = X509CertificateLoader.LoadCertificate(identity.AuthorityDer);
        var (x, y) = P256.Point(authority);
        return new SettlementIntent.AssignLease
        {
            Lease = lease,
            Epoch = grant.Epoch,
            Provider = grant.Provider,
            KeyX = identity.KeyX,
            KeyY = identity.KeyY,
            AuthorityX = new Hash32(x),
            AuthorityY = new Hash32(y),
            Signature = identity.LeaseSignature,
        };
    }
}
