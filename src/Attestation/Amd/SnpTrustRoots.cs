using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>The root certificates (ARK) that are trusted: one for each line of processors, by SHA-256 of its DER.</summary>
/// <param name="Arks">The hashes.</param>
public sealed record SnpTrustRoots(ImmutableDictionary<SnpProductLine, Hash32> Arks)
{
    /// <summary>AMD's own (<c>https://kdsintf.amd.com/vcek/v1/{line}/cert_chain</c>, the second certificate of each).</summary>
    public static SnpTrustRoots Amd { get; } = new(new Dictionary<SnpProductLine, Hash32>
    {
        [SnpProductLine.Milan] = Hash32.Parse("69d063b45344d26a2e94e1f4210de49ef555308287d4c174445c95639a540bcd"),
        [SnpProductLine.Genoa] = Hash32.Parse("4c6598d19c18719c5dfd4a7d335f674e5bfe1d8f800cea2cf270c10d103db2f1"),
        [SnpProductLine.Turin] = Hash32.Parse("1f084161a44bb6d93778a904877d4819cafa5d05ef4193b2ded9dd9c73dd3f6a"),
    }.ToImmutableDictionary());
}
