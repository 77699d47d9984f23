using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>What evidence must show to be accepted: one document for all TEE types. The default is strict, and names no measurement.</summary>
public sealed record AttestationPolicy
{
    /// <summary>The strict default.</summary>
    public static AttestationPolicy Strict { get; } = new();

    /// <summary>The TEE types that are accepted, as manifests name them. <c>development</c> counts only on a development chain.</summary>
    public ImmutableArray<string> Types { get; init; } = ["tdx", "sev-snp"];

    /// <summary>What a quote of an Intel processor must show.</summary>
    public IntelPolicy Intel { get; init; } = IntelPolicy.Default;

    /// <summary>What a report of an AMD processor must show.</summary>
    public SnpPolicy Snp { get; init; } = SnpPolicy.Strict;

    /// <summary>What a token of an Arm processor must show.</summary>
    public CcaPolicy Cca { get; init; } = new((ReadOnlyMemory<byte>?)null);

    /// <summary>What a report of an NVIDIA device must show.</summary>
    public NvidiaPolicy Nvidia { get; init; } = new((ReadOnlyMemory<byte>?)null);

    /// <summary>The fewest GPUs that must show evidence beside the CVM. Default: 0.</summary>
    public int GpusMin { get; init; }

    /// <summary>
    /// How long after its end collateral may still be used where the vendor gives none that is newer: the verdict is then the one of the last
    /// moment at which all of it was valid. Default: not at all.
    /// </summary>
    public TimeSpan CollateralGrace { get; init; }
}
