using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>
/// Judges SEV-SNP reports (AMD SEV-SNP Firmware ABI 56860, sections 2 and 7.3; certificates: AMD 57230). It is a function of its arguments:
/// it fetches nothing, looks at no clock, and throws for nothing that a report or an endorsement may hold.
/// </summary>
public static class SnpVerifier
{
    /// <summary>The type of its results.</summary>
    public const string Type = "sev-snp";

    /// <summary>Judges a report.</summary>
    /// <param name="report">The report, 1184 bytes.</param>
    /// <param name="endorsements">The certificates and revocation lists; null where there are none yet.</param>
    /// <param name="at">The time at which it is judged.</param>
    /// <param name="roots">The roots that are trusted; null: <see cref="SnpTrustRoots.Amd"/>.</param>
    /// <param name="policy">What the report must show.</param>
    public static AttestationResult Verify(
        ReadOnlyMemory<byte> report, SnpEndorsements? endorsements, DateTimeOffset at, SnpTrustRoots? roots, SnpPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (!SnpReport.TryRead(report, out var read))
            return Result([Check.Fails("report's form", "snp.report.malformed", $"{report.Length} bytes, not {SnpReport.Size}")]);
        return Judge(read!, endorsements, at, roots ?? SnpTrustRoots.Amd, policy);
    }

    private static AttestationResult Judge(SnpReport report, SnpEndorsements? endorsements, DateTimeOffset at, SnpTrustRoots roots, SnpPolicy policy)
    {
        List<Check> checks = [Check.Holds("report's form", $"{SnpReport.Size} bytes"), .. SnpReportChecks.Run(report)];
        if (checks.Exists(c => !c.Passed)) return Result(checks);
        var vek = FindKey(report, endorsements, checks);
        var line = LineOf(report, vek, checks);
        var until = vek is null || line is null ? null : JudgeKey(report, vek, line.Value, endorsements!, at, roots, policy, checks);
        checks.AddRange(SnpPolicyChecks.Run(report, line, policy));
        return Result(checks) with { Claims = SnpClaims.Of(report, vek, line), ExpiresAt = until };
    }

    private static SnpVek? FindKey(SnpReport report, SnpEndorsements? endorsements, List<Check> checks)
    {
        const string name = "endorsements";
        if (endorsements is null)
        {
            checks.Add(Check.Fails(name, "snp.endorsements.missing", "there are none", FailureClass.Transient));
            return null;
        }
        checks.Add(endorsements.IsReadable
            ? Check.Holds(name, $"{endorsements.Certificates.Length} certificates, {endorsements.RevocationLists.Length} revocation lists")
            : Check.Fails(name, "snp.endorsements.malformed", "a document is neither certificates nor revocation lists, or there are too many"));
        return SnpChainChecks.FindKey(report, endorsements, checks);
    }

    /// <summary>From version 3 on the report names the processor, before it only the certificate does; where both do they must agree.</summary>
    private static SnpProductLine? LineOf(SnpReport report, SnpVek? vek, List<Check> checks)
    {
        const string name = "processor";
        if (report.Version < 3)
        {
            if (vek is not null) checks.Add(Check.Holds(name, $"{vek.Line}, as the certificate says"));
            return vek?.Line;
        }
        var cpu = $"family {report.CpuFamily:x} model {report.CpuModel:x}";
        if (SnpProduct.OfCpuid(report.CpuFamily, report.CpuModel) is not { } line)
        {
            checks.Add(Check.Fails(name, "snp.product.unknown", cpu));
            return null;
        }
        checks.Add(vek is null || vek.Line == line
            ? Check.Holds(name, $"{line}, {cpu}")
            : Check.Fails(name, "snp.product.mismatch", $"the report is of {line}, the certificate of {vek.Line}"));
        return line;
    }

    /// <summary>Checks the key's chain, the report's signature, and what the key is for; returns the earliest end of what was relied on.</summary>
    private static DateTimeOffset? JudgeKey(SnpReport report, SnpVek vek, SnpProductLine line, SnpEndorsements endorsements,
        DateTimeOffset at, SnpTrustRoots roots, SnpPolicy policy, List<Check> checks)
    {
        DateTimeOffset? until = null;
        var chain = SnpChainChecks.FindChain(vek, report.KeyKind, line, endorsements, roots, checks);
        if (!chain.IsEmpty)
        {
            checks.AddRange(SnpChainChecks.Judge(chain, report.KeyKind, at));
            checks.AddRange(SnpChainChecks.JudgeRevocation(chain, report.KeyKind, endorsements, at, policy.RequireRevocationList, out var listUntil));
            var chainUntil = PkiChain.ExpiresAt(chain);
            until = listUntil < chainUntil ? listUntil : chainUntil;
        }
        checks.AddRange(SnpKeyChecks.Run(report, vek, line, policy));
        return until;
    }

    private static AttestationResult Result(List<Check> checks) => new([.. checks]) { Type = Type };
}
