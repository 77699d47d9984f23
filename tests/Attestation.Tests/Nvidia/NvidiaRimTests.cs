using System.Text;

namespace SwarmCompute.Attestation.Tests;

public sealed class NvidiaRimTests
{
    private static readonly DateTimeOffset At = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly NvidiaPolicy Plain = new(Nonce: null) { RequireRevocation = false };
    private readonly NvidiaMint _mint = new();

    [Fact]
    public void Canonical_xml_is_what_the_recommendation_says()
    {
        const string text = "<?xml version=\"1.0\"?>\r\n<a xmlns='urn:1' xmlns:z='urn:z' xmlns:b='urn:b' z:y='1' b='&lt;&quot;&#9;' a=\"2&#10;\">\r\n <b:c xmlns:b='urn:b' /><d xmlns='urn:2'>&gt;&amp;&#13;</d><e/></a>\n";
        var root = RimXml.Read(Encoding.UTF8.GetBytes(text), out _)!;
        Assert.Equal(
            "<a xmlns=\"urn:1\" xmlns:b=\"urn:b\" xmlns:z=\"urn:z\" a=\"2&#xA;\" b=\"&lt;&quot;&#x9;\" z:y=\"1\">\n <b:c></b:c><d xmlns=\"urn:2\">&gt;&amp;&#xD;</d></a>",
            Encoding.UTF8.GetString(RimXml.Canonical(root, (System.Xml.XmlElement)root.LastChild!)));
        Assert.Equal("<e xmlns=\"urn:1\" xmlns:b=\"urn:b\" xmlns:z=\"urn:z\"></e>", Encoding.UTF8.GetString(RimXml.Canonical((System.Xml.XmlElement)root.LastChild!)));
    }

    [Theory]
    [InlineData("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/hostname\">]><a>&x;</a>")]
    [InlineData("<!DOCTYPE a><a/>")]
    [InlineData("<a><!-- c --></a>")]
    [InlineData("<a><?p i?></a>")]
    [InlineData("<a><![CDATA[x]]></a>")]
    [InlineData("<a xml:lang='en'/>")]
    [InlineData("<a xmlns='urn:1'><b xmlns=''/></a>")]
    [InlineData("<a>&x;</a>")]
    [InlineData("<a><b><c><d><e><f><g><h><i><j/></i></h></g></f></e></d></c></b></a>")]
    [InlineData("<a/><b/>")]
    [InlineData("<a b='1' b='2'/>")]
    [InlineData("<a>")]
    [InlineData("a")]
    [InlineData("")]
    public void Xml_that_two_readers_may_read_otherwise_is_not_read(string text)
    {
        Assert.Null(RimXml.Read(Encoding.UTF8.GetBytes(text), out var fault));
        Assert.NotEmpty(fault);
    }

    [Fact]
    public void A_long_or_wrongly_encoded_manifest_is_not_read()
    {
        Assert.Null(RimXml.Read(new byte[RimXml.BytesMax + 1], out _));
        Assert.Null(RimXml.Read(new byte[] { 0x3C, 0x61, 0x3E, 0xFF }, out _));
        Assert.Null(RimXml.Read(Encoding.UTF8.GetBytes("<a>" + string.Concat(Enumerable.Repeat("<b/>", 2000)) + "</a>"), out _));
    }

    [Fact]
    public void A_changed_manifest_has_another_digest() => AssertFails("nvidia.rim.digest", _mint.VbiosRim().Replace("name=\"M1\"", "name=\"M9\"", StringComparison.Ordinal));

    [Fact]
    public void A_digest_that_was_made_right_again_is_not_signed()
    {
        var good = _mint.VbiosRim();
        var other = _mint.Rim.Document(_mint.VbiosText, [0], _mint.Blocks);
        string Between(string text, string from, string to) => text[(text.IndexOf(from, StringComparison.Ordinal) + from.Length)..text.IndexOf(to, StringComparison.Ordinal)];
        var signature = Between(good, "<ds:SignatureValue>", "</ds:SignatureValue>");
        AssertFails("nvidia.rim.signature", other.Replace(Between(other, "<ds:SignatureValue>", "</ds:SignatureValue>"), signature, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("#x")]
    [InlineData("http://example.org/")]
    public void A_signature_over_anything_but_the_whole_document_is_refused(string reference) =>
        AssertFails("nvidia.rim.malformed", _mint.Rim.Document(_mint.VbiosText, [0], _mint.Blocks, reference));

    [Fact]
    public void A_second_payload_or_signature_is_refused()
    {
        AssertFails("nvidia.rim.malformed", _mint.Rim.Document(_mint.VbiosText, [0], _mint.Blocks, extra: "<ns0:Payload/>"));
        AssertFails("nvidia.rim.malformed", _mint.Rim.Document(_mint.VbiosText, [0], _mint.Blocks, extra: "<ns0:Entity><ns0:Payload/></ns0:Entity>"));
        AssertFails("nvidia.rim.malformed", _mint.Rim.Document(_mint.VbiosText, [0], _mint.Blocks, extra: "<d:Signature xmlns:d=\"http://www.w3.org/2000/09/xmldsig#\"/>"));
    }

    [Fact]
    public void A_signed_manifest_wrapped_into_another_is_refused()
    {
        var inner = _mint.VbiosRim();
        var outer = inner[..inner.IndexOf('>', StringComparison.Ordinal)] + ">" + inner + "</SoftwareIdentity>";
        AssertFails("nvidia.rim.malformed", outer);
    }

    [Fact]
    public void Other_algorithms_are_refused()
    {
        AssertFails("nvidia.rim.malformed", _mint.VbiosRim().Replace("xmldsig-more#sha384", "xmlenc#sha256", StringComparison.Ordinal));
        AssertFails("nvidia.rim.malformed", _mint.VbiosRim().Replace("ecdsa-sha384", "ecdsa-sha256", StringComparison.Ordinal));
        AssertFails("nvidia.rim.malformed", _mint.VbiosRim().Replace("<ds:Transform Algorithm=\"http://www.w3.org/2006/12/xml-c14n11\"/>", "", StringComparison.Ordinal));
    }

    [Fact]
    public void An_index_that_comes_twice_is_refused() => AssertFails("nvidia.rim.malformed", _mint.Rim.Document(_mint.VbiosText, [1, 1], _mint.Blocks));

    [Fact]
    public void A_manifest_in_which_nothing_is_active_is_refused() => AssertFails("nvidia.rim.malformed", _mint.Rim.Document(_mint.VbiosText, [], _mint.Blocks));

    [Fact]
    public void Another_value_is_found() =>
        AssertFails("nvidia.measurement", _mint.Rim.Document(_mint.VbiosText, [0], [[.. Enumerable.Repeat((byte)1, 48)]]));

    [Fact]
    public void A_block_that_the_device_did_not_measure_is_missed() =>
        AssertFails("nvidia.measurement", _mint.Rim.Document(_mint.VbiosText, [0, 50], [.. _mint.Blocks, .. Enumerable.Repeat(new byte[48], 20)]));

    [Fact]
    public void The_decoders_block_is_left_aside_only_where_the_report_says_that_the_decoder_is_off()
    {
        var other = _mint.Blocks.ToArray();
        other[35] = [.. Enumerable.Repeat((byte)1, 48)];
        var rim = _mint.Rim.Document(_mint.VbiosText, [0, 35], other);
        AssertFails("nvidia.measurement", rim);
        _mint.More.Add((11, [0x55]));
        Assert.Equal(Verdict.Accepted, Verify(_mint, rim).Verdict);
        foreach (var said in (byte[][])[[0xAA], [0], [], [0x55, 0x55]])
        {
            _mint.More[0] = (11, said);
            AssertFails("nvidia.measurement", rim);
        }
    }

    [Fact]
    public void One_index_in_two_manifests_is_refused() => AssertFails("nvidia.rim.overlap", _mint.Rim.Document(_mint.VbiosText, [0, 10], _mint.Blocks));

    [Fact]
    public void A_manifest_of_another_product_or_version_is_none()
    {
        AssertFails("nvidia.rim.missing", _mint.Rim.Document("96.00.5E.00.02", [0], _mint.Blocks));
        AssertFails("nvidia.rim.missing", new RimMint("GB100").Document(_mint.VbiosText, [0], _mint.Blocks));
    }

    [Fact]
    public void Two_manifests_for_one_version_are_refused() => AssertFails("nvidia.rim.ambiguous", _mint.VbiosRim(), _mint.VbiosRim());

    [Fact]
    public void An_expired_signer_may_be_followed_by_another()
    {
        var old = new RimMint("GH100", until: At.AddDays(-1));
        var result = NvidiaVerifier.Verify(_mint.Report(), _mint.Chain,
            NvidiaMint.Collateral(old.Document(_mint.VbiosText, [0], _mint.Blocks), old.Document(_mint.Driver, [10], _mint.Blocks)),
            At, new(_mint.Root.Certificate.Hash, old.Root.Certificate.Hash), Plain);
        Assert.All(result.Checks.Where(c => !c.Passed), c => Assert.Equal(("nvidia.rim.chain.expired", FailureClass.Transient), (c.Code, c.Class)));
        Assert.Equal(Verdict.Refused, result.Verdict);
    }

    private static AttestationResult Verify(NvidiaMint mint, params string[] rims) =>
        NvidiaVerifier.Verify(mint.Report(), mint.Chain, NvidiaMint.Collateral([mint.DriverRim(), .. rims]), At, mint.Roots, Plain);

    private void AssertFails(string code, params string[] rims)
    {
        var result = Verify(_mint, rims);
        Assert.Equal(Verdict.Refused, result.Verdict);
        Assert.Contains(code, result.Checks.Select(c => c.Code));
    }
}
