using SwarmCompute.Attestation;

namespace SwarmCompute.Bench;

/// <summary>Evidence of real machines, which is not ours to redistribute: a quote comes again and again, so its attestation key is known.</summary>
internal static class EvidenceVectors
{
    private static readonly DateTimeOffset QuoteAt = new(2025, 6, 20, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset At = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    // No revocation list of AMD's and no OCSP response of NVIDIA's is at hand.
    private static readonly SnpPolicy Snp = SnpPolicy.Strict with { RequireRevocationList = false };
    private static readonly NvidiaPolicy Nvidia = new(Nonce: null) { RequireRevocation = false };

    public static IEnumerable<EvidenceCase> Cases(string folder) => [Tdx(folder), OfSnp(folder, "genoa"), OfSnp(folder, "milan"), Switch(folder)];

    private static EvidenceCase Tdx(string folder)
    {
        var quote = Bytes(folder, "tdx", "v4_phala_uptodate.quote");
        var text = Bytes(folder, "tdx", "collateral_b0c06f_20250619.json");
        var collateral = IntelCollateral.Parse(text);
        var raw = RawSignature.OfQuoteOfKnownKey(quote);
        return new("TDX, a real quote again", 0.5, _ => TdxVerifier.Verify(quote, collateral, QuoteAt), () => TdxVerifier.Verify(quote, IntelCollateral.Parse(text), QuoteAt),
            "raw: 1 P-256 signature (the PCK's chain and the attestation key are known)", _ => raw());
    }

    private static EvidenceCase OfSnp(string folder, string line)
    {
        var report = Bytes(folder, "snp", $"{line}_v3.report");
        var (certificate, authorities) = (Bytes(folder, "snp", $"{line}_v3.vcek.der"), Bytes(folder, "snp", $"ca_{line}_ask_ark_asvk.pem"));
        var endorsements = SnpEndorsements.Read(certificate, authorities);
        var raw = RawSignature.OfSnp(report, certificate);
        AttestationResult Judge(SnpEndorsements by) => SnpVerifier.Verify(report, by, At, SnpTrustRoots.Amd, Snp);
        return new($"SNP, a real report of {line}", 1.0, _ => Judge(endorsements), () => Judge(SnpEndorsements.Read(certificate, authorities)),
            "raw: 1 P-384 signature (the VCEK's chain is known)", _ => raw());
    }

    private static EvidenceCase Switch(string folder)
    {
        var (report, chain) = (Bytes(folder, "nvidia", "switch_ls10.report"), Bytes(folder, "nvidia", "switch_ls10.chain.pem"));
        var collateral = new NvidiaCollateral([Bytes(folder, "nvidia", "rim_switch_ls10_9610550001_ok.xml")], []);
        var raw = RawSignature.OfNvidia(report, chain);
        AttestationResult Judge() => NvidiaVerifier.Verify(report, chain, collateral, At, NvidiaRoots.Default, Nvidia);
        return new("NVSwitch, a real report and manifest", 1.2, _ => Judge(), Judge,
            "raw: 1 P-384 signature (the device's chain and the manifest are known)", _ => raw());
    }

    private static byte[] Bytes(string folder, string family, string file) => File.ReadAllBytes(Path.Combine(folder, family, file));
}
