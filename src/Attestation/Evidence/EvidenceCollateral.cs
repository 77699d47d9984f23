using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>What vendors say about one piece of evidence; what is null or missing is not at hand. What vendors say is trusted under their roots alone.</summary>
public sealed record EvidenceCollateral
{
    /// <summary>Nothing at hand.</summary>
    public static EvidenceCollateral None { get; } = new();

    /// <summary>For quotes of Intel's processors.</summary>
    public IntelCollateral? Intel { get; init; }

    /// <summary>For reports of AMD's processors.</summary>
    public SnpEndorsements? Amd { get; init; }

    /// <summary>For tokens of Arm's processors: the platforms' keys that are trusted; nothing vouches for these, so they are never taken from whoever shows the evidence.</summary>
    public CcaKeys? Cca { get; init; }

    /// <summary>For each device, in the order of the evidence's devices; shorter where it is not at hand for the rest.</summary>
    public ImmutableArray<NvidiaCollateral> Devices { get; init; } = [];
}
