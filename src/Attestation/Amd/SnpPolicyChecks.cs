using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>What a policy asks of a report; what it does not ask for is not listed.</summary>
internal static class SnpPolicyChecks
{
    public static IEnumerable<Check> Run(SnpReport report, SnpProductLine? line, SnpPolicy policy) =>
        [.. Firmware(report, line, policy), .. Guest(report, policy), .. Platform(report, line, policy), .. Expected(report, policy)];

    private static IEnumerable<Check> Firmware(SnpReport report, SnpProductLine? line, SnpPolicy policy)
    {
        var isOrdered = report.ReportedTcb.IsAtMost(report.CommittedTcb) && report.CommittedTcb.IsAtMost(report.CurrentTcb)
            && report.CommittedVersion <= report.CurrentVersion;
        yield return isOrdered
            ? Check.Holds("order of firmware", "reported, committed and current rise")
            : Check.Fails("order of firmware", "snp.firmware.order",
                $"reported {report.ReportedTcb}, committed {report.CommittedTcb}, current {report.CurrentTcb}");
        var isCommitted = report.CommittedVersion == report.CurrentVersion && IsCommitted(report);
        yield return Judge("provisional firmware", "firmware.provisional", isCommitted || policy.AllowProvisionalFirmware,
            $"committed {report.CommittedTcb} {report.CommittedVersion}, current {report.CurrentTcb} {report.CurrentVersion}");
        if (line is not { } known || !policy.MinimumTcb.TryGetValue(known, out var least)) yield break;
        yield return Judge("reported firmware", "tcb.reported", least.IsAtMost(report.ReportedTcb), report.ReportedTcb.Describe(known));
        yield return Judge("launch firmware", "tcb.launch", least.IsAtMost(report.LaunchTcb), report.LaunchTcb.Describe(known));
    }

    /// <summary>
    /// Whether the platform is committed to what it runs. Microcode may be ahead: the host's system loads it late, and what counts for a minimum
    /// is the reported one; reports of version 2 come from firmware of before that was common, and are held to all of it.
    /// </summary>
    private static bool IsCommitted(SnpReport report) => report.Version < 3
        ? report.CommittedTcb == report.CurrentTcb
        : report.CommittedTcb.WithoutMicrocode == report.CurrentTcb.WithoutMicrocode;

    private static IEnumerable<Check> Guest(SnpReport report, SnpPolicy policy)
    {
        var guest = (SnpGuestPolicy)report.Policy;
        yield return Judge("debug", "policy.debug", policy.AllowDebug || !guest.HasFlag(SnpGuestPolicy.Debug), $"policy {report.Policy:x}");
        yield return Judge("migration agent", "policy.migration-agent",
            !guest.HasFlag(SnpGuestPolicy.MigrationAgent) || (policy.MigrationAgents is { } agents && Contains(agents, report.ReportIdMa)),
            $"policy {report.Policy:x}");
        yield return Judge("privilege level", "vmpl", report.Vmpl <= Math.Min(policy.MaximumVmpl, 3),
            report.Vmpl == SnpReport.HostVmpl ? "the host asked for the report" : $"level {report.Vmpl}");
        if (policy.MinimumAbi != 0)
            yield return Judge("ABI version", "policy.abi", report.PolicyAbi >= policy.MinimumAbi, $"{report.PolicyAbi >> 8}.{report.PolicyAbi & 0xff}");
        if (policy.RequiredGuestPolicy != 0)
            yield return Judge("guest policy's demands", "policy.required",
                (guest & policy.RequiredGuestPolicy) == policy.RequiredGuestPolicy, $"policy {report.Policy:x}");
        if (policy.ForbiddenGuestPolicy != 0)
            yield return Judge("guest policy's permissions", "policy.forbidden", (guest & policy.ForbiddenGuestPolicy) == 0, $"policy {report.Policy:x}");
    }

    private static IEnumerable<Check> Platform(SnpReport report, SnpProductLine? line, SnpPolicy policy)
    {
        var info = report.PlatformInfo;
        var detail = $"platform {(ulong)info:x}";
        yield return AliasCheck(report, policy.AliasCheck);
        if (policy.Lines is { } lines) yield return Judge("product line", "product.line", line is { } known && lines.Contains(known), $"{line}");
        if (policy.RequiredPlatform != 0)
            yield return Judge("platform's features", "platform.required", (info & policy.RequiredPlatform) == policy.RequiredPlatform, detail);
        if (policy.ForbiddenPlatform != 0)
            yield return Judge("platform's exposure", "platform.forbidden", (info & policy.ForbiddenPlatform) == 0, detail);
        if (policy.RequiredLaunchMitigations != 0)
            yield return Mitigations("mitigations at launch", "mitigations.launch", report, report.LaunchMitigations, policy.RequiredLaunchMitigations);
        if (policy.RequiredCurrentMitigations != 0)
            yield return Mitigations("mitigations", "mitigations.current", report, report.CurrentMitigations, policy.RequiredCurrentMitigations);
        if (policy.Chips is { } chips)
            yield return Judge("chip that is allowed", "chip-id.not-allowed", !report.IsChipIdMasked && Contains(chips, report.ChipId), Hex(report.ChipId));
        yield return Judge("chip that is denied", "chip-id.denied", !Contains(policy.DeniedChips, report.ChipId), Hex(report.ChipId));
    }

    private static IEnumerable<Check> Expected(SnpReport report, SnpPolicy policy)
    {
        if (policy.Measurements is { } measurements) yield return OneOf("measurement", "measurement", measurements, report.Measurement);
        if (policy.HostData is { } hostData) yield return OneOf("host data", "host-data", hostData, report.HostData);
        if (policy.ReportData is { } reportData) yield return OneOf("report data", "report-data", [reportData], report.ReportData);
        if (policy.IdKeyDigests is { } idKeys) yield return OneOf("ID key", "id-key", idKeys, report.IdKeyDigest);
        if (policy.AuthorKeyDigests is { } authors)
        {
            yield return report.HasAuthorKey
                ? OneOf("author key", "author-key", authors, report.AuthorKeyDigest)
                : Judge("author key", "author-key", false, "there is none");
        }
        if (policy.FamilyIds is { } families) yield return OneOf("family id", "family-id", families, report.FamilyId);
        if (policy.ImageIds is { } images) yield return OneOf("image id", "image-id", images, report.ImageId);
        if (policy.MinimumGuestSvn != 0)
            yield return Judge("guest's security version", "guest-svn", report.GuestSvn >= policy.MinimumGuestSvn, $"{report.GuestSvn}");
    }

    private static Check AliasCheck(SnpReport report, SnpAliasCheck demand)
    {
        var isDone = report.Version >= 3 && report.PlatformInfo.HasFlag(SnpPlatformInfo.AliasCheckComplete);
        var isDue = demand == SnpAliasCheck.Always || (demand == SnpAliasCheck.WhereReported && report.Version >= 3);
        return Judge("alias check", "platform.alias-check", isDone || !isDue, isDone ? "complete" : report.Version >= 3 ? "not complete" : "not reported");
    }

    private static Check Mitigations(string name, string code, SnpReport report, ulong found, ulong required) =>
        Judge(name, code, report.Version >= 5 && (found & required) == required, report.Version >= 5 ? $"{found:x}" : "not reported");

    private static Check OneOf(string name, string code, ImmutableHashSet<string> allowed, ReadOnlyMemory<byte> found) =>
        Judge(name, code, Contains(allowed, found), Hex(found));

    private static Check Judge(string name, string code, bool holds, string detail) =>
        holds ? Check.Holds(name, detail) : Check.Fails(name, $"snp.{code}", detail, FailureClass.Policy);

    private static bool Contains(ImmutableHashSet<string> allowed, ReadOnlyMemory<byte> found) =>
        allowed.Contains(Hex(found)) || allowed.Contains(Hex(found), StringComparer.OrdinalIgnoreCase);

    private static string Hex(ReadOnlyMemory<byte> bytes) => Convert.ToHexStringLower(bytes.Span);
}
