using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Xml;

namespace SwarmCompute.Attestation;

/// <summary>
/// A reference integrity manifest: a SWID tag (ISO/IEC 19770-2:2015) with measurements, signed as an enveloped XML signature (W3C XML
/// Signature 1.1) of ECDSA on P-384 with SHA-384. What is read lies outside of the signature and is covered by its one digest.
/// </summary>
internal sealed record NvidiaRim(
    string Product, string Version, ImmutableArray<NvidiaGolden> Golden, ImmutableArray<PkiCertificate> Chain,
    byte[] Canonical, byte[] SignedInfo, byte[] Digest, byte[] Signature)
{
    private const string Swid = "http://standards.iso.org/iso/19770/-2/2015/schema.xsd", Sha384Namespace = "http://www.w3.org/2001/04/xmlenc#sha384";
    private const string Dsig = "http://www.w3.org/2000/09/xmldsig#", C14N = "http://www.w3.org/2006/12/xml-c14n11";
    private const string Enveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
    private const string EcdsaSha384 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", Sha384 = "http://www.w3.org/2001/04/xmldsig-more#sha384";
    private const int GoldenMax = 256, AlternativesMax = 16, SizeMax = 64;

    // A driver's or VBIOS's manifest comes with every device that runs it.
    private static readonly BoundedMemory<NvidiaRim> Known = new(entriesMax: 64);

    /// <summary>SHA-384 of <see cref="Canonical"/>.</summary>
    public byte[] CanonicalHash { get; } = SHA384.HashData(Canonical);

    /// <summary>Reads a manifest; null, and why, where it has another form. Nothing of it is trusted yet.</summary>
    public static NvidiaRim? Read(ReadOnlyMemory<byte> bytes, out string fault)
    {
        fault = $"it has {bytes.Length} bytes, at most {RimXml.BytesMax} are read";
        if (bytes.Length > RimXml.BytesMax) return null;
        var name = Hash32.Sha256(bytes.Span);
        fault = "";
        if (Known.TryGet(name, out var known)) return known;
        var read = ReadNew(bytes, out fault);
        if (read is not null) Known.Keep(name, read);
        return read;
    }

    /// <summary>Forgets all manifests: for benchmarks of what comes first.</summary>
    internal static void Forget() => Known.Clear();

    private static NvidiaRim? ReadNew(ReadOnlyMemory<byte> bytes, out string fault)
    {
        if (RimXml.Read(bytes, out fault) is not { } root) return null;
        fault = "it is not a software identity with one Meta, one Payload and one signature";
        if (root.LocalName != "SoftwareIdentity" || root.NamespaceURI != Swid) return null;
        if (One(root, Swid, "Meta") is not { } meta || One(root, Swid, "Payload") is not { } payload || One(root, Dsig, "Signature") is not { } signature) return null;
        if (root.GetElementsByTagName("Signature", Dsig).Count != 1 || root.GetElementsByTagName("Payload", Swid).Count != 1) return null;
        if (Measurements(payload, out fault) is not { } golden) return null;
        fault = "its signature has another form";
        if (Children(signature) is not [var info, var value, var keyInfo] || Digest384(info) is not { } digest) return null;
        if (!Is(value, "SignatureValue") || Base64(value, 96) is not { } signed) return null;
        if (!Is(keyInfo, "KeyInfo") || Certificates(keyInfo) is not { } chain) return null;
        fault = "";
        return new(meta.GetAttribute("product"), meta.GetAttribute("colloquialVersion"), golden, chain,
            RimXml.Canonical(root, signature), RimXml.Canonical(info), digest, signed);
    }

    private static byte[]? Digest384(XmlElement info)
    {
        if (!Is(info, "SignedInfo") || Children(info) is not [var method, var algorithm, var reference]) return null;
        if (!IsAlgorithm(method, "CanonicalizationMethod", C14N) || !IsAlgorithm(algorithm, "SignatureMethod", EcdsaSha384)) return null;
        if (!Is(reference, "Reference") || reference.Attributes.Count != 1 || reference.GetAttributeNode("URI") is not { Value: "" }) return null;
        if (Children(reference) is not [var transforms, var digestMethod, var digest]) return null;
        if (!Is(transforms, "Transforms") || Children(transforms) is not [var first, var second]) return null;
        if (!IsAlgorithm(first, "Transform", Enveloped) || !IsAlgorithm(second, "Transform", C14N)) return null;
        return IsAlgorithm(digestMethod, "DigestMethod", Sha384) && Is(digest, "DigestValue") ? Base64(digest, 48) : null;
    }

    private static ImmutableArray<PkiCertificate>? Certificates(XmlElement keyInfo)
    {
        if (Children(keyInfo) is not [var data] || !Is(data, "X509Data")) return null;
        var elements = Children(data);
        if (elements.Count is 0 or > PkiChain.LengthMax) return null;
        var chain = ImmutableArray.CreateBuilder<PkiCertificate>(elements.Count);
        foreach (var element in elements)
        {
            if (!Is(element, "X509Certificate") || Base64(element, null) is not { } der || !PkiCertificate.TryParse(der, out var certificate)) return null;
            chain.Add(certificate!);
        }
        return chain.MoveToImmutable();
    }

    private static ImmutableArray<NvidiaGolden>? Measurements(XmlElement payload, out string fault)
    {
        fault = "a measurement has another form, or an index comes twice";
        var golden = ImmutableArray.CreateBuilder<NvidiaGolden>();
        var seen = new HashSet<int>();
        foreach (var resource in Children(payload))
        {
            if (resource.LocalName != "Resource" || resource.NamespaceURI != Swid || resource.GetAttribute("type") != "Measurement") return null;
            if (Number(resource, "index", GoldenMax - 1) is not { } index || !seen.Add(index)) return null;
            if (Number(resource, "size", SizeMax) is not { } size || Number(resource, "alternatives", AlternativesMax) is not { } alternatives) return null;
            if (resource.GetAttribute("active") is not ("True" or "False") || alternatives == 0) return null;
            var hashes = Enumerable.Range(0, alternatives).Select(i => Hex(resource.GetAttribute($"Hash{i}", Sha384Namespace), size)).ToList();
            if (hashes.Contains(null)) return null;
            if (resource.GetAttribute("active") == "True") golden.Add(new(index, size, [.. hashes!]));
        }
        fault = "no measurement is active";
        return golden.Count == 0 ? null : golden.ToImmutable();
    }

    private static byte[]? Hex(string text, int size)
    {
        var bytes = new byte[size];
        return text.Length == 2 * size && Convert.FromHexString(text, bytes, out _, out var written) == System.Buffers.OperationStatus.Done && written == size ? bytes : null;
    }

    private static int? Number(XmlElement element, string name, int max) =>
        int.TryParse(element.GetAttribute(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= max ? number : null;

    private static byte[]? Base64(XmlElement element, int? size)
    {
        if (element.HasAttributes || Children(element).Count != 0) return null;
        var bytes = new byte[element.InnerText.Length];
        return Convert.TryFromBase64String(element.InnerText, bytes, out var written) && (size is null || written == size) ? bytes[..written] : null;
    }

    private static bool IsAlgorithm(XmlElement element, string name, string uri) =>
        Is(element, name) && element.Attributes.Count == 1 && element.GetAttribute("Algorithm") == uri && Children(element).Count == 0;

    private static bool Is(XmlElement element, string name) => element.LocalName == name && element.NamespaceURI == Dsig;

    private static XmlElement? One(XmlElement parent, string uri, string name) =>
        Children(parent).Where(c => c.LocalName == name && c.NamespaceURI == uri).ToList() is [var one] ? one : null;

    private static List<XmlElement> Children(XmlElement parent) => [.. parent.ChildNodes.OfType<XmlElement>()];
}
