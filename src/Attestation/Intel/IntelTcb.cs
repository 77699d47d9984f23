namespace SwarmCompute.Attestation;

/// <summary>How the statuses of parts become one (Intel Quote Verification Library, "TCB status convergence").</summary>
internal static class IntelTcb
{
    /// <summary>The first level whose ISVSVN is reached.</summary>
    public static IntelTcbLevel? IdentityLevel(IntelTcbLevel[] levels, int svn)
    {
        foreach (var level in levels)
            if (svn >= level.Svn) return level;
        return null;
    }

    /// <summary>The platform's status where a part of it, the module or the quoting enclave, has a status of its own.</summary>
    public static IntelTcbStatus Converge(IntelTcbStatus platform, IntelTcbStatus part) => (platform, part) switch
    {
        (IntelTcbStatus.NotSupported, _) or (_, IntelTcbStatus.NotSupported) => IntelTcbStatus.NotSupported,
        (IntelTcbStatus.Revoked, _) or (_, IntelTcbStatus.Revoked) => IntelTcbStatus.Revoked,
        (IntelTcbStatus.UpToDate or IntelTcbStatus.SWHardeningNeeded, IntelTcbStatus.OutOfDate) => IntelTcbStatus.OutOfDate,
        (IntelTcbStatus.ConfigurationNeeded or IntelTcbStatus.ConfigurationAndSWHardeningNeeded, IntelTcbStatus.OutOfDate) =>
            IntelTcbStatus.OutOfDateConfigurationNeeded,
        _ => platform,
    };

    /// <summary>
    /// The status of a trust domain from the platform's at its launch and the platform's now (bodies of TDX 1.5): Intel's word, but that a platform
    /// which is revoked now is revoked. That it is old now, where it was not at launch, a policy judges.
    /// </summary>
    public static IntelTcbStatus Relaunch(IntelTcbStatus launch, IntelTcbStatus current)
    {
        if (launch == IntelTcbStatus.NotSupported || current == IntelTcbStatus.NotSupported) return IntelTcbStatus.NotSupported;
        if (launch == IntelTcbStatus.Revoked || current == IntelTcbStatus.Revoked) return IntelTcbStatus.Revoked;
        if (!IsOld(launch) || IsOld(current)) return launch;
        return NeedsConfiguration(launch) || NeedsConfiguration(current)
            ? IntelTcbStatus.TDRelaunchAdvisedConfigurationNeeded
            : IntelTcbStatus.TDRelaunchAdvised;
    }

    /// <summary>Whether a part is old.</summary>
    public static bool IsOld(IntelTcbStatus status) => status is IntelTcbStatus.OutOfDate or IntelTcbStatus.OutOfDateConfigurationNeeded;

    private static bool NeedsConfiguration(IntelTcbStatus status) => status
        is IntelTcbStatus.ConfigurationNeeded or IntelTcbStatus.ConfigurationAndSWHardeningNeeded or IntelTcbStatus.OutOfDateConfigurationNeeded;
}
