namespace SwarmCompute.Attestation;

/// <summary>Whether a report has the form of its version (SEV-SNP Firmware ABI 56860, section 7.3), before anything in it is believed.</summary>
internal static class SnpReportChecks
{
    private const uint EcdsaP384Sha384 = 1;
    private const ulong PolicyReserved = ulong.MaxValue << 26;
    private const int SignatureEnd = SnpReport.SignedSize + 144;

    public static IEnumerable<Check> Run(SnpReport report)
    {
        yield return Judge("report version", "version", report.Version is >= 2 and <= 5, $"version {report.Version}");
        yield return Judge("signature algorithm", "algorithm", report.SignatureAlgorithm == EcdsaP384Sha384, $"algorithm {report.SignatureAlgorithm}");
        yield return Reserved(report);
        yield return Judge("guest policy's form", "policy-form",
            (report.Policy & (ulong)SnpGuestPolicy.One) != 0 && (report.Policy & PolicyReserved) == 0, $"policy {report.Policy:x}");
        yield return Judge("signing key", "signing-key", report.KeyKind is SnpKeyKind.Vcek or SnpKeyKind.Vlek, $"key {(int)report.KeyKind}");
    }

    private static Check Reserved(SnpReport report)
    {
        if (report.KeyInfo >> 5 != 0) return Judge("reserved fields", "reserved", false, $"key information {report.KeyInfo:x}");
        foreach (var (from, to) in ReservedRanges(report.Version))
        {
            if (!report.Bytes.Span[from..to].ContainsAnyExcept((byte)0)) continue;
            return Judge("reserved fields", "reserved", false, $"bytes {from:x} to {to:x} are not zero");
        }
        return Check.Holds("reserved fields", "all zero");
    }

    private static (int From, int To)[] ReservedRanges(uint version) =>
    [
        (0x4c, 0x50), (version >= 3 ? 0x18b : 0x188, 0x1a0), (0x1eb, 0x1ec), (0x1ef, 0x1f0),
        (version >= 5 ? 0x208 : 0x1f8, SnpReport.SignedSize), (SignatureEnd, SnpReport.Size),
    ];

    private static Check Judge(string name, string code, bool holds, string detail) =>
        holds ? Check.Holds(name, detail) : Check.Fails(name, $"snp.report.{code}", detail);
}
