using System.Security.Cryptography;
using System.Text;
using System.Xml;

namespace SwarmCompute.Attestation.Tests;

/// <summary>Mints manifests in the form of NVIDIA's, under a root of their own.</summary>
internal sealed class RimMint
{
    private readonly string _product;

    public RimMint(string product, DateTimeOffset? until = null)
    {
        _product = product;
        Root = TestAuthority.Root("RIM Root", NvidiaMint.Key(), pathLength: 3);
        var family = Root.Issue("RIM Family", new() { Authority = true }, NvidiaMint.Key());
        var signer = family.Issue("RIM L3", new() { Authority = true }, NvidiaMint.Key());
        Signers = [signer.Issue("RIM L4", new() { Until = until }, NvidiaMint.Key()), signer, family, Root];
    }

    public TestAuthority Root { get; }

    public TestAuthority[] Signers { get; }

    /// <summary>A manifest whose measurements at the indexes are what the device has.</summary>
    public string Document(string version, int[] active, byte[][] blocks, string reference = "", string extra = "")
    {
        var resources = string.Concat(active.Select(i =>
            $"\n        <ns0:Resource type=\"Measurement\" index=\"{i}\" active=\"True\" alternatives=\"2\" ns2:Hash1=\"{Convert.ToHexStringLower(blocks[i])}\" ns2:Hash0=\"{new string('0', 96)}\" name=\"M{i}\" size=\"48\"/>"));
        var body = $"""
            <SoftwareIdentity xmlns="http://standards.iso.org/iso/19770/-2/2015/schema.xsd" xmlns:ns0="http://standards.iso.org/iso/19770/-2/2015/schema.xsd" xmlns:ns2="http://www.w3.org/2001/04/xmlenc#sha384" name="{_product}" tagId="1" version="1.0">
                <ns0:Meta colloquialVersion="{version}" product="{_product}"/>
                <ns0:Payload>{resources}
                    <ns0:Resource type="Measurement" index="63" active="False" alternatives="1" ns2:Hash0="{new string('0', 96)}" name="M63" size="48"/>
                </ns0:Payload>{extra}
            @</SoftwareIdentity>
            """;
        return Sign(body, reference);
    }

    /// <summary>Signs a document, the signature taking the place of the sign <c>@</c>.</summary>
    public string Sign(string body, string reference = "")
    {
        var digest = Convert.ToBase64String(SHA384.HashData(RimXml.Canonical(Parse(body.Replace("@", "", StringComparison.Ordinal)))));
        string With(string value) => body.Replace("@", Signature(digest, value, reference), StringComparison.Ordinal);
        var info = (XmlElement)Parse(With("")).GetElementsByTagName("SignedInfo", "http://www.w3.org/2000/09/xmldsig#")[0]!;
        return With(Convert.ToBase64String(Signers[0].SignFixed(RimXml.Canonical(info))));
    }

    private string Signature(string digest, string value, string reference) =>
        "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2006/12/xml-c14n11\"/>"
        + "<ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384\"/><ds:Reference URI=\"" + reference + "\"><ds:Transforms>"
        + "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/><ds:Transform Algorithm=\"http://www.w3.org/2006/12/xml-c14n11\"/></ds:Transforms>"
        + "<ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#sha384\"/><ds:DigestValue>" + digest + "</ds:DigestValue></ds:Reference></ds:SignedInfo>"
        + "<ds:SignatureValue>" + value + "</ds:SignatureValue><ds:KeyInfo><ds:X509Data>"
        + string.Concat(Signers.Select(s => "<ds:X509Certificate>" + Convert.ToBase64String(s.Der, Base64FormattingOptions.InsertLineBreaks) + "</ds:X509Certificate>"))
        + "</ds:X509Data></ds:KeyInfo></ds:Signature>";

    private static XmlElement Parse(string text) =>
        RimXml.Read(Encoding.UTF8.GetBytes(text), out var fault) ?? throw new InvalidOperationException($"A minted manifest is not read: {fault}");
}
