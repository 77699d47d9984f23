using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>
/// What an SEV-SNP report must show beside being genuine. The default is strict about the guest's protection and asks for no particular guest;
/// who relies on a report sets what it expects. Bytes are given as hexadecimal digits; a set that is null asks for nothing, an empty one is met by nothing.
/// </summary>
public sealed record SnpPolicy
{
    /// <summary>The default.</summary>
    public static SnpPolicy Strict { get; } = new();

    /// <summary>The lines of processors that are accepted; null: all.</summary>
    public ImmutableHashSet<SnpProductLine>? Lines { get; init; }

    /// <summary>Whether a revocation list of the root must be at hand; true by default.</summary>
    public bool RequireRevocationList { get; init; } = true;

    /// <summary>Whether the host may debug the guest; false by default.</summary>
    public bool AllowDebug { get; init; }

    /// <summary>The migration agents (REPORT_ID_MA) that a guest may be bound to; null, the default: no guest that allows one.</summary>
    public ImmutableHashSet<string>? MigrationAgents { get; init; }

    /// <summary>The lowest privilege level that may have asked, 0 to 3; 0 by default. Above 0 only where what runs at 0 is part of the measurement.</summary>
    public uint MaximumVmpl { get; init; }

    /// <summary>Whether firmware may run that the platform has not committed to; false by default.</summary>
    public bool AllowProvisionalFirmware { get; init; }

    /// <summary>When the alias check must be complete.</summary>
    public SnpAliasCheck AliasCheck { get; init; }

    /// <summary>Whether the platform may hide the chip's id from a report that the chip's own key signs; false by default.</summary>
    public bool AllowMaskedChipId { get; init; }

    /// <summary>The least versions for each line, of the reported and of the launch TCB; a line that is not named may have any.</summary>
    public ImmutableDictionary<SnpProductLine, SnpTcb> MinimumTcb { get; init; } = ImmutableDictionary<SnpProductLine, SnpTcb>.Empty;

    /// <summary>The least ABI version that the guest must demand: major in the upper byte, minor in the lower.</summary>
    public ushort MinimumAbi { get; init; }

    /// <summary>What the guest's policy must have.</summary>
    public SnpGuestPolicy RequiredGuestPolicy { get; init; }

    /// <summary>What the guest's policy must not have, beside <see cref="AllowDebug"/> and <see cref="MigrationAgents"/>.</summary>
    public SnpGuestPolicy ForbiddenGuestPolicy { get; init; }

    /// <summary>What the platform must have.</summary>
    public SnpPlatformInfo RequiredPlatform { get; init; }

    /// <summary>What the platform must not have.</summary>
    public SnpPlatformInfo ForbiddenPlatform { get; init; }

    /// <summary>Mitigations that must have been there at launch; only reports of version 5 say so.</summary>
    public ulong RequiredLaunchMitigations { get; init; }

    /// <summary>Mitigations that must be there now; only reports of version 5 say so.</summary>
    public ulong RequiredCurrentMitigations { get; init; }

    /// <summary>The chips that are accepted (CHIP_ID, all 64 bytes).</summary>
    public ImmutableHashSet<string>? Chips { get; init; }

    /// <summary>Chips that are refused.</summary>
    public ImmutableHashSet<string> DeniedChips { get; init; } = [];

    /// <summary>The cloud providers whose VLEK is accepted (CSP_ID): such a report may be of any of the provider's machines.</summary>
    public ImmutableHashSet<string>? Csps { get; init; }

    /// <summary>The launch digests that are accepted.</summary>
    public ImmutableHashSet<string>? Measurements { get; init; }

    /// <summary>The host data that are accepted.</summary>
    public ImmutableHashSet<string>? HostData { get; init; }

    /// <summary>The report data, 64 bytes.</summary>
    public string? ReportData { get; init; }

    /// <summary>The digests of ID keys that are accepted.</summary>
    public ImmutableHashSet<string>? IdKeyDigests { get; init; }

    /// <summary>The digests of author keys that are accepted.</summary>
    public ImmutableHashSet<string>? AuthorKeyDigests { get; init; }

    /// <summary>The family ids that are accepted.</summary>
    public ImmutableHashSet<string>? FamilyIds { get; init; }

    /// <summary>The image ids that are accepted.</summary>
    public ImmutableHashSet<string>? ImageIds { get; init; }

    /// <summary>The least security version of the guest.</summary>
    public uint MinimumGuestSvn { get; init; }
}
