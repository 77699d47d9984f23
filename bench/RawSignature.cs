using System.Security.Cryptography;
using SwarmCompute.Attestation;

namespace SwarmCompute.Bench;

/// <summary>The signatures of evidence and nothing else: the floor under a verdict.</summary>
internal static class RawSignature
{
    /// <summary>A quote: imports its attestation key, checks the quote's signature with it and the quoting enclave's with the platform's key.</summary>
    public static Func<bool> OfQuote(byte[] quote)
    {
        var parsed = IntelQuote.TryParse(quote, out var read, out _, out var problem) ? read! : throw new InvalidOperationException(problem);
        var pck = Key(Chain(parsed.CertificationData)[0]);
        return () =>
        {
            var point = parsed.AttestationKey.Span;
            using var key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new() { X = point[..32].ToArray(), Y = point[32..].ToArray() } });
            return key.VerifyData(parsed.SignedBytes.Span, parsed.Signature.Span, HashAlgorithmName.SHA256)
                && pck.VerifyData(parsed.QeReport.Span, parsed.QeReportSignature.Span, HashAlgorithmName.SHA256);
        };
    }

    /// <summary>A quote that was seen before but for its body: the attestation key is imported, and its signature is the only new one.</summary>
    public static Func<bool> OfQuoteOfKnownKey(byte[] quote)
    {
        var parsed = IntelQuote.TryParse(quote, out var read, out _, out var problem) ? read! : throw new InvalidOperationException(problem);
        var point = parsed.AttestationKey;
        var key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new() { X = point[..32].ToArray(), Y = point[32..].ToArray() } });
        return () => key.VerifyData(parsed.SignedBytes.Span, parsed.Signature.Span, HashAlgorithmName.SHA256);
    }

    /// <summary>A report of SEV-SNP: one signature of a known key.</summary>
    public static Func<bool> OfSnp(byte[] report, ReadOnlyMemory<byte> certificate)
    {
        var key = Key(PkiCertificate.TryParse(certificate, out var read) ? read! : throw new InvalidOperationException("The key's certificate is not read."));
        var pair = new byte[96];
        return () => new SnpReport(report).TryReadSignature(pair) && key.VerifyData(report.AsSpan(0, SnpReport.SignedSize), pair, HashAlgorithmName.SHA384);
    }

    /// <summary>A report of a device of NVIDIA: one signature of a known key.</summary>
    public static Func<bool> OfNvidia(byte[] report, byte[] chain)
    {
        var key = Key(Chain(chain)[0]);
        var read = NvidiaReport.Read(report, out var fault) ?? throw new InvalidOperationException(fault);
        return () => key.VerifyData(read.Signed.Span, read.Signature.Span, HashAlgorithmName.SHA384);
    }

    private static System.Collections.Immutable.ImmutableArray<PkiCertificate> Chain(ReadOnlyMemory<byte> bytes) =>
        PkiChain.TryParse(bytes, out var chain) ? chain : throw new InvalidOperationException("The certificates are not read.");

    private static ECDsa Key(PkiCertificate certificate)
    {
        var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(certificate.PublicKeyInfo.Span, out _);
        return key;
    }
}
