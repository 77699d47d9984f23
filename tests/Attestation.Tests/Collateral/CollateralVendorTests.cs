using System.Formats.Asn1;
using System.Security.Cryptography;

namespace SwarmCompute.Attestation.Tests.Collateral;

public sealed class CollateralVendorTests
{
    [Fact]
    public void A_request_about_a_certificate_has_the_form_of_the_rfc()
    {
        var mint = new NvidiaMint();
        var id = OcspRequest.CertificateId(mint.Devices[1].Certificate, mint.Devices[2].Certificate)!;
        var request = new AsnReader(OcspRequest.Encode(id, new byte[OcspRequest.NonceSize]), AsnEncodingRules.DER).ReadSequence();
        var tbs = request.ReadSequence();
        request.ThrowIfNotEmpty();
        var certificate = tbs.ReadSequence().ReadSequence().ReadSequence();
        Assert.Equal("2.16.840.1.101.3.4.2.2", certificate.ReadSequence().ReadObjectIdentifier());
        Assert.Equal(SHA384.HashData(mint.Devices[2].Certificate.Subject.Span), certificate.ReadOctetString());
        Assert.Equal(48, certificate.ReadOctetString().Length);
        Assert.Equal(mint.Devices[1].Certificate.Serial.ToArray(), certificate.ReadIntegerBytes().ToArray());
        var nonce = tbs.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 2)).ReadSequence().ReadSequence();
        Assert.Equal("1.3.6.1.5.5.7.48.1.2", nonce.ReadObjectIdentifier());
        Assert.Equal(34, nonce.ReadOctetString().Length);
    }

    [Theory]
    [InlineData("http://mirror.example/", false), InlineData("https://mirror.example/pccs/", true), InlineData("http://localhost:8081/", true)]
    [InlineData("https://user@mirror.example/", false), InlineData("https://mirror.example/?a=b", false), InlineData("file:///tmp/", false)]
    public void An_address_is_https_or_on_the_loopback(string address, bool isAllowed) =>
        Assert.Equal(isAllowed, new CollateralOptions { IntelService = new(address) }.Faults().Count == 0);

    [Fact]
    public void Every_fault_of_the_options_is_named_with_its_cure()
    {
        var options = new CollateralOptions { ItemsMax = 1, RequestTimeout = TimeSpan.FromHours(1), Grace = TimeSpan.FromDays(-1), AmdService = new("http://a.example") };
        Assert.Equal(4, options.Faults().Count);
        Assert.Contains("RequestTimeout is 01:00:00; give 00:00:00.1000000 to 00:01:00", options.Faults());
        Assert.Throws<ArgumentException>(() => new CollateralCache(options, TrustRoots.Vendors, null, TimeProvider.System));
        Assert.Empty(new CollateralOptions().Faults());
    }

    [Fact]
    public void A_mirror_below_a_path_is_asked_below_it()
    {
        var options = new CollateralOptions { IntelService = new("https://mirror.example/pccs") };
        Assert.Equal("https://mirror.example/pccs/tdx/certification/v4/qe/identity", CollateralAddress.Of(CollateralKey.QeIdentity(isTdx: true), options).AbsoluteUri);
    }
}
