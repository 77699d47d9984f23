using System.Security.Cryptography.X509Certificates;

namespace SwarmCompute.Attestation;

/// <summary>Judges the evidence behind a report: that of the head, which signed it.</summary>
internal static class ReportEvidenceCheck
{
    private const string Name = "evidence";

    /// <summary>Judges it as of when the report was made.</summary>
    /// <param name="report">The report.</param>
    /// <param name="leaf">The head's certificate.</param>
    /// <param name="head">Whom it names.</param>
    /// <param name="lease">The head's lease on the chain; null where there is none.</param>
    /// <param name="how">With what; null where nothing was given.</param>
    public static Check Run(IntegrityReport report, X509Certificate2 leaf, SwarmIdentity.Guest? head, LeaseFact? lease, ReportEvidence? how)
    {
        if (report.EvidenceMeaning != EvidenceMeaning.Of(report.Evidence)) return Fails("report.evidence.meaning", "the report says something else about its evidence than its type means");
        if (report.Evidence == Manifest.Development) return Development(report);
        if (EvidenceExtension.TryRead(leaf) is not { } evidence) return Fails("report.evidence.missing", $"the certificate carries no evidence of type '{report.Evidence}'");
        if (evidence.Type != report.Evidence) return Fails("report.evidence.type", $"the report says {report.Evidence}, and the certificate's evidence is of type {evidence.Type}");
        if (head is null || lease is null) return Fails("report.evidence.lease", "the signer held no lease that its evidence could be about");
        if (how is null)
            return Check.Fails(Name, "report.evidence.collateral", "nothing was given to judge it with; give --policy and --collateral", FailureClass.Transient);
        return Judge(report, leaf, evidence, new LeaseContext(report.ChainId, report.OrderBook, head.Lease, head.Epoch, lease.Offer, head.Provider, report.ManifestHash), lease, how);
    }

    private static Check Judge(IntegrityReport report, X509Certificate2 leaf, Evidence evidence, LeaseContext context, LeaseFact lease, ReportEvidence how)
    {
        var binding = new EvidenceBinding(AttestationPurpose.Lease, Hash32.Sha256(leaf.PublicKey.ExportSubjectPublicKeyInfo()))
        {
            Context = context.ToBytes(),
            ChainId = report.ChainId,
            AreDevicesJudged = true,                                         // by the authority, which signed the lease
        };
        var result = how.Verifier.Verify(evidence, how.Collateral, how.Policy, binding, report.Finished);
        if (result.Verdict != Verdict.Accepted)
            return Check.Fails(Name, "report.evidence.refused", result.Why, result.IsTransient ? FailureClass.Transient : FailureClass.Permanent);
        return LaunchMeasurement.Of(result) == lease.Measurement
            ? Check.Holds(Name, $"{evidence.Type}{(result.Status is { } status ? $", {status}" : "")}, measurement {lease.Measurement}, as the lease on the chain names it")
            : Fails("report.evidence.measurement", $"the evidence measures {LaunchMeasurement.Of(result)}, the lease on the chain names {lease.Measurement}");
    }

    private static Check Development(IntegrityReport report) => DevelopmentChains.Contains(report.ChainId)
        ? Check.Holds(Name, $"development: {report.EvidenceMeaning}")
        : Fails("report.evidence.development", $"development evidence is worth nothing on chain {report.ChainId}, which is not a development chain");

    private static Check Fails(string code, string detail) => Check.Fails(Name, code, detail);
}
