using System.Text;
using SwarmCompute.Attestation;
using SwarmCompute.Attestation.Tests;
using SwarmCompute.Attestation.Tests.Amd;
using Mutation = SwarmCompute.Attestation.Tests.Mutants;

namespace SwarmCompute.Bench;

/// <summary>Evidence under roots of the tests, whose keys are at hand: each quote of the first case has an attestation key of its own.</summary>
internal static class EvidenceMints
{
    // More than are judged, so that none is seen twice.
    private const int Quotes = 2000;
    private static readonly DateTimeOffset At = IntelCase.At;
    private static readonly NvidiaPolicy Nvidia = new(Nonce: null);

    public static IEnumerable<EvidenceCase> Cases() => [Tdx(), Snp(), Gpu()];

    private static EvidenceCase Tdx()
    {
        var minted = new IntelCase();
        var quotes = Enumerable.Range(0, Quotes).Select(_ => Quote(minted.Leaf)).ToArray();
        var text = Encoding.UTF8.GetBytes(minted.ToCollateral().ToJsonString());
        var (root, collateral) = (IntelCase.Root.Certificate.Hash, IntelCollateral.Parse(text));
        var raw = quotes.Select(RawSignature.OfQuote).ToArray();
        AttestationResult Judge(byte[] quote, IntelCollateral? by) => TdxVerifier.Verify(quote, by, At, root, IntelPolicy.Default);
        var inDer = new IntelCase { Leaf = minted.Leaf, CertificationData = c => [.. c.Leaf.Der, .. c.Authority.Der, .. IntelCase.Root.Der] }.ToQuote();
        var next = 0;
        return new("TDX, minted, a new attestation key each time", 0.5, _ => Judge(quotes[++next % Quotes], collateral), () => Judge(quotes[0], IntelCollateral.Parse(text)),
            "raw: import of the attestation key, 2 P-256 signatures (the PCK's chain is known)", i => raw[i % Quotes]())
        {
            // In DER every byte counts; PEM has line ends that may be others.
            Mutant = random => Judge(Mutation.Of(inDer, random), collateral),
        };
    }

    private static byte[] Quote(TestAuthority leaf) => new IntelCase { Leaf = leaf, AttestationKey = P256.CreateKey() }.ToQuote();

    private static EvidenceCase Snp()
    {
        var mint = SnpMint.Of(SnpProductLine.Genoa);
        var report = mint.Report();
        var endorsements = mint.Endorsements();
        return new("SNP, minted", 1.0, _ => mint.Verify(report, endorsements), () => mint.Verify(report, mint.Endorsements()),
            "raw: 1 P-384 signature (the VCEK's chain is known)", Forever(RawSignature.OfSnp(report, mint.Vcek)))
        {
            Mutant = random => mint.Verify(Mutation.Of(report, random), endorsements),
        };
    }

    private static EvidenceCase Gpu()
    {
        var mint = new NvidiaMint();
        var (report, chain, roots) = (mint.Report(), mint.Chain, mint.Roots);
        var collateral = NvidiaMint.Collateral(mint.DriverRim(), mint.VbiosRim()) with { OcspResponses = [.. Responses(mint)] };
        AttestationResult Judge(byte[] bytes) => NvidiaVerifier.Verify(bytes, chain, collateral, At, roots, Nvidia);
        return new("GPU, minted, 2 small manifests, 6 OCSP responses", 1.2, _ => Judge(report), () => Judge(report),
            "raw: 1 P-384 signature (the device's chain and the manifests are known)", Forever(RawSignature.OfNvidia(report, chain)))
        {
            Mutant = random => Judge(Mutation.Of(report, random)),
        };
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Responses(NvidiaMint mint)
    {
        for (var i = 1; i + 1 < mint.Devices.Length; i++) yield return OcspMint.Response(mint.Devices[i], mint.Devices[i + 1], At.AddHours(-1), At.AddHours(1));
        for (var i = 0; i + 1 < mint.Rim.Signers.Length; i++)
            yield return OcspMint.Response(mint.Rim.Signers[i], mint.Rim.Signers[i + 1], At.AddHours(-1), At.AddHours(1));
    }

    private static Func<int, bool> Forever(Func<bool> raw) => _ => raw();
}
