using System.Collections.Immutable;
using System.Security.Cryptography;

namespace SwarmCompute.Attestation;

/// <summary>Judges a manifest, and a report by it.</summary>
internal static class NvidiaRimChecks
{
    private const int DecoderIndex = 35;
    private static readonly PkiChainRules Rules = new(Length: 4, Algorithm: PkiAlgorithm.EcdsaP384Sha384);

    /// <summary>Whether NVIDIA made the manifest: its digest, its signature, its signer.</summary>
    /// <param name="what">Which manifest, as checks name it.</param>
    /// <param name="rim">The manifest.</param>
    /// <param name="root">The root that is trusted.</param>
    /// <param name="at">The time at which it is judged.</param>
    public static IEnumerable<Check> Origin(string what, NvidiaRim rim, Hash32 root, DateTimeOffset at)
    {
        yield return Judge($"{what} digest", "nvidia.rim.digest",
            CryptographicOperations.FixedTimeEquals(rim.CanonicalHash, rim.Digest), "SHA-384 of the whole manifest but its signature");
        var key = rim.Chain[0].Key;
        yield return Judge($"{what} signature", "nvidia.rim.signature",
            key is { Algorithm: PkiAlgorithm.EcdsaP384Sha384 } && key.VerifyFixed(rim.SignedInfo, rim.Signature), $"by '{rim.Chain[0].SubjectCommonName}'");
        yield return NvidiaChainCheck.Of($"{what} chain", "nvidia.rim.chain", rim.Chain, root, at, Rules);
    }

    /// <summary>Whether every active measurement of the manifest is what the device measured.</summary>
    public static Check Measurements(string what, NvidiaRim rim, NvidiaReport report)
    {
        var judged = 0;
        foreach (var golden in rim.Golden)
        {
            if (golden.Index == DecoderIndex && report.Opaque.IsDecoderOff) continue;
            if (report.Block(golden.Index) is not { } block)
                return Check.Fails($"{what} measurements", "nvidia.measurement", $"block {golden.Index + 1} is not in the report");
            if (block.Length != golden.Size || !golden.Hashes.Any(h => CryptographicOperations.FixedTimeEquals(h, block.Span)))
                return Check.Fails($"{what} measurements", "nvidia.measurement", $"block {golden.Index + 1} is {Convert.ToHexStringLower(block.Span)}");
            judged++;
        }
        return Check.Holds($"{what} measurements", $"{judged} of {judged}");
    }

    /// <summary>Whether no measurement is claimed by two manifests.</summary>
    public static Check Disjoint(ImmutableArray<NvidiaRim> rims)
    {
        var twice = rims.SelectMany(r => r.Golden.Select(g => g.Index)).GroupBy(i => i).FirstOrDefault(g => g.Count() > 1);
        return Judge("rim indexes", "nvidia.rim.overlap", twice is null, twice is null ? "each in one manifest" : $"index {twice.Key} is in two manifests");
    }

    private static Check Judge(string name, string code, bool holds, string detail) => holds ? Check.Holds(name, detail) : Check.Fails(name, code, detail);
}
