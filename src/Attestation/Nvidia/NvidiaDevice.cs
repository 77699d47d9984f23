using System.Collections.Immutable;
using System.Security.Cryptography;

namespace SwarmCompute.Attestation;

/// <summary>Judges the report by the device's own certificates: who the device is, and that it signed.</summary>
internal static class NvidiaDevice
{
    private const string LeafEnding = " FMC LF";
    private static readonly PkiChainRules Rules = new(Length: 5, Algorithm: PkiAlgorithm.EcdsaP384Sha384);

    /// <summary>What a chip's name, at the start of a certificate's or as a manifest's product, stands for.</summary>
    public static NvidiaArchitecture ArchitectureOf(string name) =>
        name.StartsWith("GH", StringComparison.Ordinal) ? NvidiaArchitecture.Hopper
        : name.StartsWith("GB", StringComparison.Ordinal) ? NvidiaArchitecture.Blackwell
        : name.StartsWith("LS_10", StringComparison.Ordinal) || name.StartsWith("LS10", StringComparison.Ordinal) ? NvidiaArchitecture.Switch
        : NvidiaArchitecture.Unknown;

    /// <summary>What the leaf says that the device is.</summary>
    public static NvidiaArchitecture ArchitectureOf(PkiCertificate leaf) =>
        leaf.SubjectCommonName.EndsWith(LeafEnding, StringComparison.Ordinal) ? ArchitectureOf(leaf.SubjectCommonName) : NvidiaArchitecture.Unknown;

    /// <summary>The checks.</summary>
    public static IEnumerable<Check> Checks(NvidiaReport report, ImmutableArray<PkiCertificate> chain, Hash32 root, DateTimeOffset at, NvidiaPolicy policy)
    {
        var leaf = chain[0];
        var architecture = ArchitectureOf(leaf);
        yield return NvidiaChainCheck.Of("device chain", "nvidia.chain", chain, root, at, Rules);
        yield return architecture == NvidiaArchitecture.Unknown
            ? Check.Fails("architecture", "nvidia.architecture", $"'{leaf.SubjectCommonName}' is no device that is known here")
            : policy.Architectures is { } allowed && !allowed.Contains(architecture)
                ? Check.Fails("architecture", "nvidia.architecture.policy", $"{architecture} is not wanted", FailureClass.Policy)
                : Check.Holds("architecture", architecture.ToString());
        var key = leaf.Key;
        yield return key is { Algorithm: PkiAlgorithm.EcdsaP384Sha384 } && key.VerifyFixedOnce(report.Signed.Span, report.Signature.Span)
            ? Check.Holds("report signature", $"by '{leaf.SubjectCommonName}'")
            : Check.Fails("report signature", "nvidia.report.signature", $"not by '{leaf.SubjectCommonName}'");
        yield return FirmwareId(report, leaf, architecture, policy);
        if (policy.Nonce is { } nonce)
            yield return nonce.Length == NvidiaReport.NonceSize && CryptographicOperations.FixedTimeEquals(nonce.Span, report.RequestNonce.Span)
                ? Check.Holds("nonce", "the report was asked with it")
                : Check.Fails("nonce", "nvidia.report.nonce", $"the report was asked with {Convert.ToHexStringLower(report.RequestNonce.Span)}");
    }

    private static Check FirmwareId(NvidiaReport report, PkiCertificate leaf, NvidiaArchitecture architecture, NvidiaPolicy policy)
    {
        const string name = "firmware id";
        if (report.Opaque.FirmwareId is not { } said)
        {
            return policy.RequireFirmwareId && architecture != NvidiaArchitecture.Switch
                ? Check.Fails(name, "nvidia.report.fwid.missing", "the report does not name its firmware", FailureClass.Policy)
                : Check.Holds(name, "the report does not name its firmware; the leaf's signature binds it alone");
        }
        return NvidiaFirmwareId.Of(leaf) is { } certified && CryptographicOperations.FixedTimeEquals(certified, said.Span)
            ? Check.Holds(name, Convert.ToHexStringLower(certified))
            : Check.Fails(name, "nvidia.report.fwid", $"the report names {Convert.ToHexStringLower(said.Span)}, its certificate does not");
    }
}
