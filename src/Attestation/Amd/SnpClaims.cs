using System.Collections.Immutable;
using System.Globalization;

namespace SwarmCompute.Attestation;

/// <summary>What a report says, by name.</summary>
internal static class SnpClaims
{
    public static ImmutableSortedDictionary<string, string> Of(SnpReport report, SnpVek? vek, SnpProductLine? line)
    {
        var claims = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        claims["version"] = Number(report.Version);
        claims["guest-svn"] = Number(report.GuestSvn);
        claims["policy"] = $"{report.Policy:x16}";
        claims["platform-info"] = $"{(ulong)report.PlatformInfo:x16}";
        claims["vmpl"] = report.Vmpl == SnpReport.HostVmpl ? "host" : Number(report.Vmpl);
        claims["signing-key"] = SnpChainChecks.Word(report.KeyKind);
        claims["current-version"] = report.CurrentVersion.ToString();
        claims["committed-version"] = report.CommittedVersion.ToString();
        AddBytes(claims, report);
        AddVersions(claims, report, line);
        if (vek is { Csp.Length: > 0 }) claims["csp-id"] = vek.Csp;
        return claims.ToImmutable();
    }

    private static void AddBytes(ImmutableSortedDictionary<string, string>.Builder claims, SnpReport report)
    {
        claims["measurement"] = Hex(report.Measurement);
        claims["report-data"] = Hex(report.ReportData);
        claims["host-data"] = Hex(report.HostData);
        claims["id-key-digest"] = Hex(report.IdKeyDigest);
        claims["author-key-digest"] = Hex(report.AuthorKeyDigest);
        claims["family-id"] = Hex(report.FamilyId);
        claims["image-id"] = Hex(report.ImageId);
        claims["report-id"] = Hex(report.ReportId);
        claims["report-id-ma"] = Hex(report.ReportIdMa);
        claims["chip-id"] = Hex(report.ChipId);
    }

    private static void AddVersions(ImmutableSortedDictionary<string, string>.Builder claims, SnpReport report, SnpProductLine? line)
    {
        if (report.Version >= 3) claims["cpuid"] = $"{report.CpuFamily:x2}{report.CpuModel:x2}{report.CpuStepping:x2}";
        if (report.Version >= 5) claims["launch-mitigations"] = $"{report.LaunchMitigations:x16}";
        if (report.Version >= 5) claims["current-mitigations"] = $"{report.CurrentMitigations:x16}";
        if (line is not { } known) return;
        claims["product"] = known.ToString();
        claims["reported-tcb"] = report.ReportedTcb.Describe(known);
        claims["committed-tcb"] = report.CommittedTcb.Describe(known);
        claims["current-tcb"] = report.CurrentTcb.Describe(known);
        claims["launch-tcb"] = report.LaunchTcb.Describe(known);
    }

    private static string Number(uint value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Hex(ReadOnlyMemory<byte> bytes) => Convert.ToHexStringLower(bytes.Span);
}
