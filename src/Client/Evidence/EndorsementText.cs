using System.Text;
using System.Text.Json;
using System.Xml;
using System.Xml.Linq;
using SwarmCompute.Attestation;

namespace SwarmCompute.Client.Evidence;

/// <summary>What lies beside evidence, in lines for a person: certificates, revocation lists, Intel's collateral, NVIDIA's manifests, Arm's platform keys, bundles.</summary>
internal static class EndorsementText
{
    private const int CertificatesMax = 24, XmlCharsMax = 8 * 1024 * 1024;

    /// <summary>The lines; null where the bytes are nothing of that kind. Nothing is verified.</summary>
    public static IReadOnlyList<string>? TryDescribe(ReadOnlyMemory<byte> bytes)
    {
        var start = bytes.Span.TrimStart("\uFEFF \t\r\n"u8);
        if (start is [(byte)'<', ..]) return Manifest(bytes);
        if (start is [(byte)'{', ..]) return CollateralBundle.IsBundle(bytes.Span) ? Bundle(bytes) : Collateral(bytes) ?? PlatformKeys(bytes);
        if (RevocationList.TryParse(bytes, out var list)) return [List(list!)];
        return Certificates(bytes) ?? PlatformKeys(bytes);
    }

    private static string[]? Certificates(ReadOnlyMemory<byte> bytes)
    {
        var isDer = bytes.Span is [0x30, ..];
        if (!(isDer ? PemBlocks.TrySplitDer(bytes, CertificatesMax, out var blocks) : PemBlocks.TryRead(bytes.Span, ["CERTIFICATE", "X509 CRL"], CertificatesMax, out blocks)) || blocks.IsEmpty) return null;
        return [.. blocks.Select(block => PkiCertificate.TryParse(block, out var certificate) ? Certificate(certificate!) : RevocationList.TryParse(block, out var list) ? List(list!) : "something else")];
    }

    private static string Certificate(PkiCertificate certificate) =>
        $"certificate of '{certificate.SubjectCommonName}' by '{certificate.IssuerCommonName}', {certificate.NotBefore:yyyy-MM-dd} to {certificate.NotAfter:yyyy-MM-dd}, "
        + $"serial {Convert.ToHexStringLower(certificate.Serial.Span)}, SHA-256 {certificate.Hash}";

    private static string[]? PlatformKeys(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return [.. CcaKeys.Read(Encoding.UTF8.GetString(bytes.Span)).Select(key =>
                $"platform key of {key.Bits} bits, implementation {key.Implementation ?? "any"}, instance {key.Instance ?? "any"}")];
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static string List(RevocationList list) => $"revocation list of {list.Count} certificates, {list.ThisUpdate:u} to {list.NextUpdate:u}";

    private static string[]? Bundle(ReadOnlyMemory<byte> bytes) =>
        CollateralBundle.Read(bytes, out var fault) is { } bundle ? [.. bundle.Items.Select(i => $"{i.Key}: {i.Body.Length} bytes, fetched {i.FetchedAt:u}")] : [$"a bundle that cannot be read: {fault}"];

    private static string[]? Collateral(ReadOnlyMemory<byte> bytes)
    {
        if (IntelCollateral.Parse(bytes) is not { } collateral || (collateral.TcbInfo is null && collateral.QeIdentity is null)) return null;
        return
        [
            .. Signed("TCB info", collateral.TcbInfo, "id", "fmspc", "pceId", "tcbEvaluationDataNumber", "issueDate", "nextUpdate"),
            .. Signed("quoting enclave's identity", collateral.QeIdentity, "id", "tcbEvaluationDataNumber", "issueDate", "nextUpdate"),
            .. collateral.RootCrl is { } root && RevocationList.TryParse(root, out var rootList) ? (string[])[$"the root's {List(rootList!)}"] : [],
            .. collateral.PckCrl is { } pck && RevocationList.TryParse(pck, out var pckList) ? (string[])[$"the platforms' {List(pckList!)}"] : [],
        ];
    }

    private static IEnumerable<string> Signed(string what, ReadOnlyMemory<byte>? json, params string[] members)
    {
        if (json is not { } bytes) return [];
        try
        {
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 16 });
            return [$"{what}: {string.Join(", ", members.Where(m => document.RootElement.TryGetProperty(m, out _)).Select(m => $"{m} {document.RootElement.GetProperty(m)}"))}"];
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            return [$"{what} that is no JSON object"];
        }
    }

    private static string[]? Manifest(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = XmlCharsMax };
            using var reader = XmlReader.Create(new MemoryStream(bytes.ToArray()), settings);
            var root = XDocument.Load(reader).Root!;
            var version = root.Descendants().Attributes().FirstOrDefault(a => a.Name.LocalName == "colloquialVersion")?.Value;
            var resources = root.Descendants().Count(e => e.Name.LocalName == "Resource");
            return [$"reference integrity manifest '{root.Attribute("name")?.Value}', version {version}, {resources} measurements"];
        }
        catch (XmlException)
        {
            return null;
        }
    }
}
