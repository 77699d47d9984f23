using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace SwarmCompute.Attestation.Tests;

/// <summary>Inputs that a parser once threw over, found by the targets of <c>fuzz/</c>.</summary>
public sealed class FoundByFuzzingTests
{
    [Theory]
    [InlineData(".2.5.2")]
    [InlineData(".2.99999999999999999999")]
    public void A_component_of_a_platform_that_is_no_number_is_refused(string end)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(PckPlatform.ExtensionOid + ".2");
            using (writer.PushSequence())
            using (writer.PushSequence()) writer.WriteObjectIdentifier(PckPlatform.ExtensionOid + end);
        }
        var certificate = IntelCase.Root.Issue("leaf", new() { Extensions = [new X509Extension(PckPlatform.ExtensionOid, writer.Encode(), critical: false)] }).Certificate;
        Assert.False(PckPlatform.TryParse(certificate, out _));
    }

    [Fact]
    public void A_platform_key_on_a_curve_that_the_system_does_not_know_is_refused()
    {
        var der = CcaKeyDer();
        der[der.AsSpan().IndexOf(new byte[] { 0x2b, 0x81, 0x04, 0x00, 0x22 }) + 3] = 1;        // 1.3.132.0.34 becomes 1.3.132.1.34
        Assert.Throws<FormatException>(() => CcaKey.Parse(System.Security.Cryptography.PemEncoding.WriteString("PUBLIC KEY", der)));
    }

    private static byte[] CcaKeyDer()
    {
        using var mint = new CcaMint();
        return mint.PlatformKey.ExportSubjectPublicKeyInfo();
    }
}
