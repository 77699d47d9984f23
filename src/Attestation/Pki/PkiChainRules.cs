using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>What a chain must be beside valid.</summary>
/// <param name="Length">How many certificates it has, root and leaf among them.</param>
/// <param name="LeafName">The common name that its leaf must have; null: any.</param>
/// <param name="Algorithm">The one algorithm of all its keys and signatures; null: any that is accepted here.</param>
/// <param name="LeafIsAuthority">Whether its first certificate must be an authority (which signs revocation lists) and not a leaf.</param>
/// <param name="KnownCritical">Critical extensions that the caller reads itself.</param>
/// <param name="LeafMustSign">Whether the key of the leaf, where it says what it is for, must be for signatures (digitalSignature, RFC 5280, section 4.2.1.3).</param>
public sealed record PkiChainRules(
    int Length, string? LeafName = null, PkiAlgorithm? Algorithm = null, bool LeafIsAuthority = false, ImmutableArray<string> KnownCritical = default,
    bool LeafMustSign = false);
