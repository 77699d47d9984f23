using SwarmCompute.Attestation;

namespace SwarmCompute.Client.Evidence;

/// <summary>Evidence, and everything that it is judged with.</summary>
internal sealed record EvidenceCase
{
    /// <summary>One of <see cref="EvidenceKind.All"/>.</summary>
    public required string Kind { get; init; }

    public required ReadOnlyMemory<byte> Evidence { get; init; }

    /// <summary>A bundle; or for Intel the collateral, for NVIDIA the reference integrity manifests and OCSP responses.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Collateral { get; init; } = [];

    /// <summary>AMD: certificates and revocation lists; NVIDIA: the device's chain, and manifests, which may be here or there; Arm: the platform keys.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Endorsements { get; init; } = [];

    /// <summary>What a bundle had for it; null where no bundle was given.</summary>
    public EvidenceCollateral? Published { get; init; }

    /// <summary>The time at which it is judged.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The SHA-256 of the root certificate that is trusted instead of the vendor's; null for the vendor's.</summary>
    public Hash32? Root { get; init; }

    /// <summary>What it must show.</summary>
    public AttestationPolicy Policy { get; init; } = EvidencePolicies.Default;
}
