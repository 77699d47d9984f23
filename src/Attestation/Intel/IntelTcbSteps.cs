namespace SwarmCompute.Attestation;

/// <summary>How current the platform, the TDX module and the quoting enclave are, and whether the module is Intel's.</summary>
internal static class IntelTcbSteps
{
    public static void Run(IntelAppraisal a)
    {
        if (a.TcbInfo is not { } info || a.QeIdentity is not { } identity || a.Pck is not { } pck) return;      // already refused, with the reason
        var qe = identity.LevelOf(new SgxReport(a.Quote.QeReport).Svn);
        if (qe is not null) a.Count("quoting-enclave", qe);
        var qeStatus = qe?.Status ?? IntelTcbStatus.NotSupported;
        a.Status = a.Quote.IsTdx ? OfTd(a, info, pck.Platform, qeStatus) : IntelTcb.Converge(Platform(a, "", info, pck.Platform, []), qeStatus);
        a.Judge("TCB", a.Status is not (IntelTcbStatus.NotSupported or IntelTcbStatus.Revoked),
            a.Status == IntelTcbStatus.Revoked ? "intel.tcb.revoked" : "intel.tcb.unsupported",
            string.Join(", ", a.Statuses), a.Status == IntelTcbStatus.Revoked ? "Intel revoked it" : "Intel names no level that it reaches");
    }

    private static IntelTcbStatus OfTd(IntelAppraisal a, IntelTcbInfo info, PckPlatform platform, IntelTcbStatus qe)
    {
        var report = new TdReport(a.Quote.Body);
        CheckModule(a, info, report);
        var launch = Side(a, "", info, platform, report.TeeTcbSvn, qe);
        if (!report.HasCurrent) return launch;
        var current = Side(a, "current-", info, platform, report.TeeTcbSvn2, qe);
        a.Current = current;
        return IntelTcb.Relaunch(launch, current);
    }

    private static void CheckModule(IntelAppraisal a, IntelTcbInfo info, TdReport report)
    {
        const string name = "TDX module";
        var version = report.TeeTcbSvn[1];
        if (info.ModuleOf(version) is not { } module)
            a.Fail(name, "intel.module.unknown", $"Intel names no module of version {version}");
        else if (!report.MrSignerSeam.SequenceEqual(module.MrSigner))
            a.Fail(name, "intel.module.signer", "the module is not signed by whom Intel names");
        else
            a.Judge(name, report.SeamAttributes.SequenceEqual(module.Attributes) && !report.SeamAttributes.ContainsAnyExcept((byte)0),
                "intel.module.attributes", $"Intel's, of version {version}", "the module's attributes are not zero");
    }

    private static IntelTcbStatus Side(
        IntelAppraisal a, string prefix, IntelTcbInfo info, PckPlatform platform, ReadOnlySpan<byte> svn, IntelTcbStatus qe)
    {
        var status = IntelTcb.Converge(Platform(a, prefix, info, platform, svn), qe);
        var version = svn[1];
        if (version == 0) return status;
        var level = info.ModuleOf(version) is { } module ? IntelTcb.IdentityLevel(module.Levels, svn[0]) : null;
        if (level is null) return IntelTcbStatus.NotSupported;
        a.Count(prefix + "module", level);
        return IntelTcb.Converge(status, level.Status);
    }

    private static IntelTcbStatus Platform(IntelAppraisal a, string prefix, IntelTcbInfo info, PckPlatform platform, ReadOnlySpan<byte> svn)
    {
        var level = info.LevelOf(platform, svn);
        if (level is null) return IntelTcbStatus.NotSupported;
        a.Count(prefix + "platform", level);
        return level.Status;
    }
}
