using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;

namespace SwarmCompute.Attestation;

/// <summary>The file that proves a run: the report, who signed it, and what makes that signer the holder of the order's head lease.</summary>
/// <param name="Report">The report.</param>
/// <param name="Certificate">The head's certificate (DER).</param>
/// <param name="Authority">The authority's root certificate (DER).</param>
/// <param name="LeaseSignature">The authority's signature over the head's <see cref="LeaseStatement"/>, 64 bytes.</param>
/// <param name="Signature">The head's signature over the <see cref="UsageStatement"/>, 64 bytes.</param>
public sealed record SignedReport(IntegrityReport Report, byte[] Certificate, byte[] Authority, byte[] LeaseSignature, byte[] Signature)
{
    /// <summary>The most bytes of a file.</summary>
    public const int BytesMax = 900 * 1024;

    /// <summary>Signs a report with the head's key.</summary>
    /// <param name="report">The report.</param>
    /// <param name="epoch">The epoch of the head's lease.</param>
    /// <param name="key">The head's private key.</param>
    /// <param name="certificate">The head's certificate.</param>
    /// <param name="authority">The authority's root.</param>
    /// <param name="leaseSignature">The authority's signature over the head's lease, 64 bytes.</param>
    public static SignedReport Sign(
        IntegrityReport report, LeaseEpoch epoch, ECDsa key, X509Certificate2 certificate, X509Certificate2 authority, byte[] leaseSignature) =>
        new(report, certificate.RawData, authority.RawData, leaseSignature, P256.SignLowS(key, Usage(report, epoch).ToBytes()));

    /// <summary>What the head signs for this report.</summary>
    public static UsageStatement Usage(IntegrityReport report, LeaseEpoch epoch) =>
        new(report.ChainId, report.OrderBook, report.Order, epoch, report.Hash, report.Units);

    /// <summary>The file's bytes: canonical JSON.</summary>
    public byte[] ToBytes() => CanonicalJson.Serialize(new JsonObject
    {
        ["report"] = ReportJson.Write(Report),
        ["certificate"] = Convert.ToBase64String(Certificate),
        ["authority"] = Convert.ToBase64String(Authority),
        ["leaseSignature"] = Convert.ToHexStringLower(LeaseSignature),
        ["signature"] = Convert.ToHexStringLower(Signature),
    });

    /// <summary>Reads a file. Judges no signature: that is <see cref="ReportVerifier"/>'s.</summary>
    /// <exception cref="FormatException">The bytes are not the canonical form of a signed report; the message is one line.</exception>
    public static SignedReport Parse(ReadOnlyMemory<byte> file)
    {
        var members = CanonicalJson.ParseObject(file, BytesMax);
        var fields = new ReportFields(members);
        var signed = new SignedReport(
            ReportJson.Read(fields.Object("report")), fields.Base64("certificate"), fields.Base64("authority"),
            fields.Hex("leaseSignature", P256.PairSize), fields.Hex("signature", P256.PairSize));
        return signed.ToBytes().AsSpan().SequenceEqual(file.Span) ? signed : throw new FormatException("The file is not in canonical form.");
    }
}
