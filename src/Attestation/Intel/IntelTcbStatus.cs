namespace SwarmCompute.Attestation;

/// <summary>How current a platform is: Intel's words (Intel PCS API v4, <c>tcbStatus</c>, and the Quote Verification Library).</summary>
public enum IntelTcbStatus
{
    /// <summary>Everything is current.</summary>
    UpToDate,

    /// <summary>Current, where the software in it is hardened as the advisories say.</summary>
    SWHardeningNeeded,

    /// <summary>Current, where the platform is configured as the advisories say.</summary>
    ConfigurationNeeded,

    /// <summary>Both.</summary>
    ConfigurationAndSWHardeningNeeded,

    /// <summary>A part is old.</summary>
    OutOfDate,

    /// <summary>A part is old, and the platform needs configuration.</summary>
    OutOfDateConfigurationNeeded,

    /// <summary>The platform is current; the trust domain was launched before it was.</summary>
    TDRelaunchAdvised,

    /// <summary>The same, and the platform needs configuration.</summary>
    TDRelaunchAdvisedConfigurationNeeded,

    /// <summary>Intel withdrew it.</summary>
    Revoked,

    /// <summary>Intel says nothing about it.</summary>
    NotSupported,
}
