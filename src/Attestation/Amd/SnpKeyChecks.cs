namespace SwarmCompute.Attestation;

/// <summary>Whether a report is of the key that a certificate names, and the key of the firmware and the chip that the report names.</summary>
internal static class SnpKeyChecks
{
    private const int PairSize = 96;

    public static IEnumerable<Check> Run(SnpReport report, SnpVek vek, SnpProductLine line, SnpPolicy policy)
    {
        yield return Signature(report, vek);
        yield return Tcb(report, vek, line);
        yield return report.KeyKind == SnpKeyKind.Vlek ? Csp(vek, policy) : Chip(report, vek, policy);
    }

    private static Check Signature(SnpReport report, SnpVek vek)
    {
        const string name = "report's signature", code = "snp.report.signature";
        if (vek.Certificate.Key is not { Algorithm: PkiAlgorithm.EcdsaP384Sha384 } key)
            return Check.Fails(name, $"snp.{SnpChainChecks.Word(report.KeyKind)}.algorithm", "the key is not on P-384");
        var pair = new byte[PairSize];
        if (!report.TryReadSignature(pair)) return Check.Fails(name, code, "a number of the signature is too large");
        return key.VerifyFixedOnce(report.Bytes.Span[..SnpReport.SignedSize], pair)
            ? Check.Holds(name, "of the endorsement key")
            : Check.Fails(name, code, "not of the endorsement key");
    }

    private static Check Tcb(SnpReport report, SnpVek vek, SnpProductLine line)
    {
        const string name = "key's firmware";
        return vek.Tcb == report.ReportedTcb
            ? Check.Holds(name, vek.Tcb.Describe(line))
            : Check.Fails(name, $"snp.{SnpChainChecks.Word(report.KeyKind)}.tcb-mismatch",
                $"the key is for {vek.Tcb.Describe(line)}, the report says {report.ReportedTcb.Describe(line)}");
    }

    private static Check Chip(SnpReport report, SnpVek vek, SnpPolicy policy)
    {
        const string name = "chip";
        if (report.IsChipIdMasked)
        {
            return policy.AllowMaskedChipId
                ? Check.Holds(name, "the platform hides it, and the policy allows that")
                : Check.Fails(name, "snp.chip-id.masked", "the platform hides it", FailureClass.Policy);
        }
        return vek.IsOf(report.ChipId.Span)
            ? Check.Holds(name, "the key's own")
            : Check.Fails(name, "snp.vcek.hwid-mismatch", "the report is of another chip than the key");
    }

    private static Check Csp(SnpVek vek, SnpPolicy policy) => policy.Csps is null || policy.Csps.Contains(vek.Csp)
        ? Check.Holds("cloud provider", vek.Csp)
        : Check.Fails("cloud provider", "snp.vlek.csp", $"'{vek.Csp}' is not one that the policy names", FailureClass.Policy);
}
