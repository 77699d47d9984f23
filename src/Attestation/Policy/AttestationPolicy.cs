using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>What evidence must show to be accepted: one document for all TEE types. The default is strict, and names no measurement.</summary>
public sealed record AttestationPolicy
{
    /// <summary>The most bytes of a policy file.</summary>
    public const int BytesMax = 256 * 1024;

    /// <summary>The strict default.</summary>
    public static AttestationPolicy Strict { get; } = new();

    /// <summary>The TEE types that are accepted, as manifests name them. <c>development</c> counts only on a development chain.</summary>
    public ImmutableArray<string> Types { get; init; } = ["tdx", "sev-snp"];

    /// <summary>
    /// By type of evidence, sets of claims (<see cref="AttestationResult.Claims"/>) of which one must be shown wholly; of a type that is not named
    /// nothing is asked, and an empty list is met by nothing. Default: none. Judged by <see cref="MeasurementsCheck"/>.
    /// </summary>
    public ImmutableSortedDictionary<string, ImmutableArray<ImmutableSortedDictionary<string, string>>> Measurements { get; init; } =
        ImmutableSortedDictionary<string, ImmutableArray<ImmutableSortedDictionary<string, string>>>.Empty.WithComparers(StringComparer.Ordinal);

    /// <summary>
    /// Measurements that are accepted no more, in lower-case hexadecimal: a lease's (<see cref="LaunchMeasurement"/>), or a register as claims name it
    /// (MRTD, an RTMR, MRENCLAVE, a launch digest, a realm's initial measurement). Default: none.
    /// </summary>
    public ImmutableHashSet<string> RevokedMeasurements { get; init; } = [];

    /// <summary>What a quote of an Intel processor must show.</summary>
    public IntelPolicy Intel { get; init; } = IntelPolicy.Default;

    /// <summary>What a report of an AMD processor must show.</summary>
    public SnpPolicy Snp { get; init; } = SnpPolicy.Strict;

    /// <summary>What a token of an Arm processor must show.</summary>
    public CcaPolicy Cca { get; init; } = new((ReadOnlyMemory<byte>?)null);

    /// <summary>What a report of an NVIDIA device must show.</summary>
    public NvidiaPolicy Nvidia { get; init; } = new((ReadOnlyMemory<byte>?)null);

    /// <summary>The fewest GPUs that must show evidence beside the CVM, 0 to <see cref="DeviceEvidence.CountMax"/>. Default: 0.</summary>
    public int GpusMin { get; init; }

    /// <summary>
    /// How long after its end collateral may still be used where the vendor gives none that is newer: the verdict is then the one of the last
    /// moment at which all of it was valid. Default: not at all. Whole days.
    /// </summary>
    public TimeSpan CollateralGrace { get; init; }

    /// <summary>
    /// SHA-256 of <see cref="ToCanonicalBytes"/>: names what is asked, every default included, so that a policy with another default has another
    /// name. <see cref="NvidiaPolicy.State"/>, which a guest says and no policy, is not part of it.
    /// </summary>
    public Hash32 Hash => Hash32.Sha256(ToCanonicalBytes());

    /// <summary>Reads a policy file (JSON, at most <see cref="BytesMax"/> bytes); what it leaves out is strict.</summary>
    /// <exception cref="FormatException">It says something else; the message is one line that names the member and what to give instead.</exception>
    public static AttestationPolicy Parse(ReadOnlyMemory<byte> utf8) => Parse(utf8, Strict);

    /// <summary>Reads a policy file; what it leaves out is as in another policy.</summary>
    /// <exception cref="FormatException">It says something else; the message is one line that names the member and what to give instead.</exception>
    public static AttestationPolicy Parse(ReadOnlyMemory<byte> utf8, AttestationPolicy defaults)
    {
        var (policy, faults) = AttestationPolicyJson.Read(utf8, defaults);
        return faults is [var first, ..] ? throw new FormatException(first) : policy;
    }

    /// <summary>Everything that is wrong with a policy file, one line each; none where it can be read.</summary>
    public static ImmutableArray<string> Faults(ReadOnlyMemory<byte> utf8) => AttestationPolicyJson.Read(utf8, Strict).Faults;

    /// <summary>The policy with all its settings as one JSON text (RFC 8785), which <see cref="Parse(ReadOnlyMemory{byte})"/> reads again.</summary>
    public byte[] ToCanonicalBytes() => AttestationPolicyJson.Write(this);

    /// <summary>The policy for one order: of the types that are accepted, those that its manifest names.</summary>
    public AttestationPolicy For(Manifest manifest) => this with { Types = [.. Types.Where(manifest.Tee.Contains)] };

    /// <summary>Whether evidence of a type counts on a chain.</summary>
    /// <param name="type">The type, as manifests name it.</param>
    /// <param name="chainId">The chain of the order.</param>
    /// <param name="developmentChainId">The one chain on which the operator accepts <c>development</c>; null: none. One that is public does not count.</param>
    public bool Accepts(string type, ulong chainId, ulong? developmentChainId) =>
        Types.Contains(type) && (type != Manifest.Development || (chainId == developmentChainId && DevelopmentChains.Contains(chainId)));
}
