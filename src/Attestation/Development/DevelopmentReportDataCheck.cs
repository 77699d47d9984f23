using System.Security.Cryptography;

namespace SwarmCompute.Attestation;

/// <summary>Development evidence is bound to the key, manifest and lease at hand.</summary>
public sealed class DevelopmentReportDataCheck : IEvidenceCheck
{
    /// <inheritdoc/>
    public Check Run(Evidence evidence, EvidencePolicy policy) =>
        DevelopmentEvidence.TryRead(evidence.Document) is { } read
        && CryptographicOperations.FixedTimeEquals(read.ReportData.ToArray(), policy.ReportData.ToArray())
            ? new("report data", true, "the evidence is bound to this key, manifest and lease")
            : new("report data", false, "the evidence is not bound to this key, manifest and lease");
}
