using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>A PCK certificate with those above it; once one has held it is kept, as a platform sends the same one with every quote.</summary>
internal sealed class PckChain
{
    public const string LeafName = "Intel SGX PCK Certificate";
    public const string PlatformAuthority = "Intel SGX PCK Platform CA";
    public const string ProcessorAuthority = "Intel SGX PCK Processor CA";

    private static readonly BoundedMemory<PckChain> Known = new(entriesMax: 1024);
    private static readonly PkiChainRules Rules = new(3, LeafName, PkiAlgorithm.EcdsaP256Sha256, LeafMustSign: true);

    private PckChain(ImmutableArray<PkiCertificate> certificates, PckPlatform platform, PkiKey key) =>
        (Certificates, Platform, Key) = (certificates, platform, key);

    /// <summary>Leaf, authority, root.</summary>
    public ImmutableArray<PkiCertificate> Certificates { get; }

    public PckPlatform Platform { get; }

    /// <summary>The platform's key, which signs reports of quoting enclaves.</summary>
    public PkiKey Key { get; }

    public PkiCertificate Leaf => Certificates[0];

    public PkiCertificate Authority => Certificates[1];

    public bool IsOfPlatformAuthority => Authority.SubjectCommonName == PlatformAuthority;

    /// <summary>Forgets all chains: for benchmarks of what comes first.</summary>
    internal static void Forget() => Known.Clear();

    /// <summary>Reads a chain and judges everything but time; null, with the reason, where it does not hold.</summary>
    public static PckChain? Open(ReadOnlyMemory<byte> bytes, Hash32 root, out PkiVerdict verdict)
    {
        verdict = PkiVerdict.Held;
        var name = Hash32.Sha256(bytes.Span);
        if (Known.TryGet(name, out var known) && known!.Certificates[^1].Hash == root) return known;
        if (!PkiChain.TryParse(bytes, out var certificates))
        {
            verdict = new(PkiReason.Malformed, "the certification data are not certificates");
            return null;
        }
        certificates = PkiChain.Ordered(certificates);          // Intel's own sample begins with the root
        verdict = PkiChain.CheckForm(certificates, root, Rules);
        if (!verdict.Holds) return null;
        if (certificates[1].SubjectCommonName is not (PlatformAuthority or ProcessorAuthority))
            verdict = new(PkiReason.Name, "the issuer is not one of the two authorities for platforms");
        else if (!PckPlatform.TryParse(certificates[0], out var platform))
            verdict = new("extension", "the certificate does not say what its platform is");
        else if (PkiKey.Import(certificates[0].PublicKeyInfo) is not { Algorithm: PkiAlgorithm.EcdsaP256Sha256 } key)
            verdict = new(PkiReason.Algorithm, "the platform's key is not on P-256");
        else
            Known.Keep(name, known = new(certificates, platform!, key));
        return verdict.Holds ? known : null;
    }
}
