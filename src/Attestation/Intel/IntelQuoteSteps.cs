using System.Security.Cryptography;

namespace SwarmCompute.Attestation;

/// <summary>Whether the quote is genuine: the platform's certificates, the quoting enclave's report, the attestation key, the signature.</summary>
internal static class IntelQuoteSteps
{
    private static readonly byte[] IntelVendor = Convert.FromHexString("939a7233f79c4ca9940a0db3957f0607");

    public static void Run(IntelAppraisal a)
    {
        a.Judge("quoting enclave's vendor", a.Quote.QeVendor.Span.SequenceEqual(IntelVendor), "intel.quote.vendor", "Intel", "the vendor is not Intel");
        CheckPck(a);
        CheckQuoteSignature(a, isKeyGenuine: CheckQeReport(a));
    }

    private static void CheckPck(IntelAppraisal a)
    {
        const string name = "PCK chain";
        var supplied = a.Quote.CertificationType == IntelQuote.CertificateChainType ? a.Quote.CertificationData : a.Collateral?.PckCertificateChain;
        if (supplied is not { } bytes)
        {
            a.Fail(name, "intel.pck.missing", $"the quote's certification data of type {a.Quote.CertificationType} are no certificates", FailureClass.Transient);
            return;
        }
        a.Pck = PckChain.Open(bytes, a.Root, out var verdict);
        if (a.Pck is { } pck)
        {
            verdict = PkiChain.CheckTime(pck.Certificates, a.At);
            a.Until(PkiChain.ExpiresAt(pck.Certificates));
        }
        a.Judge(name, "intel.pck", verdict, "leaf, authority and pinned root");
    }

    // Whether the platform vouches for the attestation key.
    private static bool CheckQeReport(IntelAppraisal a)
    {
        var quote = a.Quote;
        var isSigned = IsReportSigned(a);
        var isBound = a.Judge("attestation key", IsBound(quote), "intel.qe.binding", "bound to the quoting enclave's report", "the key is not the one that the report names");
        a.Judge("quoting enclave's debug", !new SgxReport(quote.QeReport).IsDebug, "intel.qe.debug", "off", "the quoting enclave is a debug enclave");
        return isSigned && isBound;
    }

    private static bool IsReportSigned(IntelAppraisal a)
    {
        const string name = "quoting enclave's report";
        if (a.Pck is { } pck)
            return a.Judge(name, pck.Key.VerifyFixed(a.Quote.QeReport.Span, a.Quote.QeReportSignature.Span), "intel.qe.signature",
                "signed by the platform's key", "the report is not signed by the platform's key");
        a.Unchecked(name, "intel.qe", "platform's key");
        return false;
    }

    // A platform keeps its attestation key for long, so one that it vouches for is kept; others would drive those out.
    private static void CheckQuoteSignature(IntelAppraisal a, bool isKeyGenuine)
    {
        var key = PkiKey.ImportP256(a.Quote.AttestationKey.Span, keep: isKeyGenuine);
        a.Judge("quote's signature", key is not null && key.VerifyFixedOnce(a.Quote.SignedBytes.Span, a.Quote.Signature.Span),
            "intel.quote.signature", "of the attestation key", "the signature is not of the attestation key");
    }

    // SHA-256 of key and authentication data, then 32 zero bytes.
    private static bool IsBound(IntelQuote quote)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(quote.AttestationKey.Span);
        hash.AppendData(quote.QeAuthData.Span);
        Span<byte> expected = stackalloc byte[64];
        expected.Clear();
        hash.GetHashAndReset(expected);
        return new SgxReport(quote.QeReport).ReportData.SequenceEqual(expected);
    }
}
