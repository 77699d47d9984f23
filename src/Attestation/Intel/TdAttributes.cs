namespace SwarmCompute.Attestation;

/// <summary>Bits of a trust domain's attributes and extended features (Intel TDX Module Base Architecture Specification, "ATTRIBUTES" and "XFAM").</summary>
public static class TdAttributes
{
    /// <summary>The host may read and change the trust domain.</summary>
    public const ulong Debug = 1UL << 0;

    /// <summary>Linear address space separation.</summary>
    public const ulong Lass = 1UL << 27;

    /// <summary>An access to a page that the host took away is no exception that the host could use (#VE).</summary>
    public const ulong SeptVeDisable = 1UL << 28;

    /// <summary>A service TD may move the trust domain to another machine.</summary>
    public const ulong Migratable = 1UL << 29;

    /// <summary>Supervisor protection keys.</summary>
    public const ulong ProtectionKeys = 1UL << 30;

    /// <summary>Key locker.</summary>
    public const ulong KeyLocker = 1UL << 31;

    /// <summary>Performance counters.</summary>
    public const ulong PerformanceCounters = 1UL << 63;

    /// <summary>Extended features that are always on: x87 and SSE.</summary>
    public const ulong XfamRequired = 0x3;

    /// <summary>Extended features that may be on at all (the module's XFAM_FIXED0).</summary>
    public const ulong XfamAllowed = 0x6dbe7;
}
