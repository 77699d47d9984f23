using System.Security.Cryptography;

namespace SwarmCompute.Attestation;

/// <summary>What another policy could judge otherwise.</summary>
internal static class IntelPolicySteps
{
    public static void Run(IntelAppraisal a)
    {
        if (a.Status is not (null or IntelTcbStatus.Revoked or IntelTcbStatus.NotSupported)) CheckTcb(a);
        if (a.Quote.IsTdx) CheckTd(a, new TdReport(a.Quote.Body));
        else Judge(a, "enclave's debug", a.Policy.AllowDebugEnclave || !new SgxReport(a.Quote.Body).IsDebug, "intel.sgx.debug", "as allowed", "the enclave is a debug enclave");
        CheckPlatform(a);
        CheckReportData(a);
        foreach (var (name, accepted) in a.Policy.Expected)
        {
            var value = a.Claims.GetValueOrDefault(name, "");
            Judge(a, $"expected {name}", value.Length > 0 && accepted.Contains(value, StringComparer.OrdinalIgnoreCase), $"intel.expected.{name}",
                "as expected", value.Length > 0 ? $"it is {value}" : "the quote does not have it");
        }
    }

    private static void CheckTcb(IntelAppraisal a)
    {
        var policy = a.Policy;
        Judge(a, "TCB status", policy.Statuses.Contains(a.Status!.Value) || a.IsInGrace, "intel.tcb.status",
            a.IsInGrace ? $"{a.Status}, in its time of grace" : $"{a.Status}", $"{a.Status} is not accepted");
        if (a.Current is { } current)
            Judge(a, "TCB status now", !a.IsOldSinceLaunch || policy.Statuses.Contains(current) || a.IsInGrace, "intel.tcb.current-status", $"{current}", $"{current} is not accepted");
        var unknown = policy.Advisories is { } known && !a.IsInGrace ? a.Advisories.FirstOrDefault(x => !known.Contains(x)) : null;
        Judge(a, "advisories", unknown is null, "intel.tcb.advisory", $"{a.Advisories.Count}, all accepted", $"{unknown} is not accepted");
        var evaluation = Math.Min(a.TcbInfo!.EvaluationNumber, a.QeIdentity!.EvaluationNumber);
        Judge(a, "evaluation data number", evaluation >= policy.EvaluationNumberMin, "intel.tcb.evaluation-number",
            $"{evaluation}", $"the collateral is of number {evaluation}, before {policy.EvaluationNumberMin}");
    }

    private static void CheckTd(IntelAppraisal a, TdReport report)
    {
        var policy = a.Policy;
        var forbidden = report.Attributes & ~policy.TdAttributesAllowed;
        var missing = policy.TdAttributesRequired & ~report.Attributes;
        Judge(a, "TD debug", (forbidden & TdAttributes.Debug) == 0, "intel.td.debug", "as allowed", "the host may read the trust domain");
        Judge(a, "TD attributes", (forbidden & ~TdAttributes.Debug) == 0 && missing == 0, "intel.td.attributes",
            $"{report.Attributes:x16}", $"{report.Attributes:x16} has {forbidden:x} too much and lacks {missing:x}");
        forbidden = report.Xfam & ~policy.XfamAllowed;
        missing = policy.XfamRequired & ~report.Xfam;
        Judge(a, "XFAM", forbidden == 0 && missing == 0, "intel.td.xfam", $"{report.Xfam:x16}", $"{report.Xfam:x16} has {forbidden:x} too much and lacks {missing:x}");
        Judge(a, "service TD", policy.AllowServiceTd || !report.HasServiceTd, "intel.td.service-td", "as allowed", "a service TD is bound to the trust domain");
        Judge(a, "host's configuration", policy.AllowHostConfiguration || !HasUnexpectedConfiguration(policy, report), "intel.td.host-configuration",
            "as allowed", "MRCONFIGID, MROWNER or MROWNERCONFIG is set and not expected");
    }

    private static bool HasUnexpectedConfiguration(IntelPolicy policy, TdReport report)
    {
        ReadOnlySpan<string> names = ["mrconfigid", "mrowner", "mrownerconfig"];
        for (var i = 0; i < names.Length; i++)
            if (report.HostConfiguration.Slice(i * 48, 48).ContainsAnyExcept((byte)0) && !policy.Expected.ContainsKey(names[i])) return true;
        return false;
    }

    /// <summary>A platform has up to two names; an allow-list takes either, and a deny-list too.</summary>
    private static void CheckPlatform(IntelAppraisal a)
    {
        string[] names = a.Pck is { } pck ? [.. IdsOf(pck.Platform)] : [];
        var shown = names.Length == 0 ? "the quote does not name its platform" : string.Join(", ", names);
        if (a.Policy.Platforms is { } allowed)
            Judge(a, "platform that is allowed", names.Any(n => allowed.Contains(n, StringComparer.OrdinalIgnoreCase)), "intel.platform.not-allowed", shown, shown);
        if (!a.Policy.DeniedPlatforms.IsEmpty)
            Judge(a, "platform that is denied", !names.Any(n => a.Policy.DeniedPlatforms.Contains(n, StringComparer.OrdinalIgnoreCase)), "intel.platform.denied", shown, shown);
    }

    private static IEnumerable<string> IdsOf(PckPlatform platform)
    {
        yield return Convert.ToHexStringLower(platform.Ppid.Span);
        if (!platform.PlatformInstanceId.IsEmpty) yield return Convert.ToHexStringLower(platform.PlatformInstanceId.Span);
    }

    private static void CheckReportData(IntelAppraisal a)
    {
        if (a.Policy.ReportData is not { } expected) return;
        var data = a.Quote.IsTdx ? new TdReport(a.Quote.Body).ReportData : new SgxReport(a.Quote.Body).ReportData;
        Judge(a, "report data", CryptographicOperations.FixedTimeEquals(data, expected.Span), "intel.report-data", "bound to what is expected",
            "the quote is bound to something else");
    }

    private static void Judge(IntelAppraisal a, string name, bool holds, string code, string held, string failed) =>
        a.Judge(name, holds, code, held, failed, FailureClass.Policy);
}
