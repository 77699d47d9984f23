using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>What a quote must show beside being genuine. The default accepts what is wholly current and nothing that the host could use.</summary>
public sealed record IntelPolicy
{
    /// <summary>The strict default; compares no measurement.</summary>
    public static IntelPolicy Default { get; } = new();

    /// <summary>The statuses that are accepted; <see cref="IntelTcbStatus.Revoked"/> and <see cref="IntelTcbStatus.NotSupported"/> never are. Default: UpToDate.</summary>
    public ImmutableArray<IntelTcbStatus> Statuses { get; init; } = [IntelTcbStatus.UpToDate];

    /// <summary>The advisories that are accepted; null: all. Default: none. Not compared while <see cref="OutOfDateGrace"/> lasts.</summary>
    public ImmutableArray<string>? Advisories { get; init; } = [];

    /// <summary>How long after its TCB date a platform that is OutOfDate (with or without configuration needed) is accepted all the same. Default: not at all.</summary>
    public TimeSpan OutOfDateGrace { get; init; }

    /// <summary>The least tcbEvaluationDataNumber of TCB info and identity: older collateral that has not expired cannot be replayed. Default: 0.</summary>
    public int EvaluationNumberMin { get; init; }

    /// <summary>Attributes that the trust domain must have. Default: SEPT_VE_DISABLE.</summary>
    public ulong TdAttributesRequired { get; init; } = TdAttributes.SeptVeDisable;

    /// <summary>Attributes that the trust domain may have; all others, DEBUG and reserved ones among them, are refused. Default: SEPT_VE_DISABLE, PKS.</summary>
    public ulong TdAttributesAllowed { get; init; } = TdAttributes.SeptVeDisable | TdAttributes.ProtectionKeys;

    /// <summary>Extended features that must be on. Default: x87 and SSE.</summary>
    public ulong XfamRequired { get; init; } = TdAttributes.XfamRequired;

    /// <summary>Extended features that may be on.</summary>
    public ulong XfamAllowed { get; init; } = TdAttributes.XfamAllowed;

    /// <summary>Whether a service TD may be bound to the trust domain. Default: no.</summary>
    public bool AllowServiceTd { get; init; }

    /// <summary>Whether MRCONFIGID, MROWNER and MROWNERCONFIG, which the host sets, may be anything where <see cref="Expected"/> does not name them. Default: they must be zero.</summary>
    public bool AllowHostConfiguration { get; init; }

    /// <summary>Whether an SGX enclave may be a debug enclave. Default: no.</summary>
    public bool AllowDebugEnclave { get; init; }

    /// <summary>The platforms that are accepted, by PPID or platform instance id (16 bytes, hexadecimal); null: all.</summary>
    public ImmutableHashSet<string>? Platforms { get; init; }

    /// <summary>Platforms that are refused, by PPID or platform instance id (16 bytes, hexadecimal).</summary>
    public ImmutableHashSet<string> DeniedPlatforms { get; init; } = [];

    /// <summary>The 64 bytes of REPORTDATA; null: not compared.</summary>
    public ReadOnlyMemory<byte>? ReportData { get; init; }

    /// <summary>Claims that are compared, by name, each with the values that are accepted (lower-case hexadecimal): <c>mrtd</c>, <c>rtmr0</c>, <c>fmspc</c>.</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<string>> Expected { get; init; } =
        ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty.WithComparers(StringComparer.Ordinal);
}
