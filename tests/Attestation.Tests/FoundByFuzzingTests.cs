using System.Formats.Asn1;
using System.Security.Cryptography;
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
        Assert.Throws<FormatException>(() => CcaKey.Parse(PemEncoding.WriteString("PUBLIC KEY", der)));
    }

    [Fact]
    public void A_request_with_a_key_or_a_signature_of_a_kind_that_the_system_does_not_know_is_refused()
    {
        using var key = P256.CreateKey();
        var der = new CertificateRequest("CN=silo", key, HashAlgorithmName.SHA256).CreateSigningRequest();
        Assert.Null(AttestedRequest.TryRead(PemEncoding.WriteString("CERTIFICATE REQUEST", WithUnknownCurve(der))));

        byte[] unknown = [.. der];                                           // 1.2.840.10045.4.3.2 becomes 1.2.840.10045.4.4.2
        unknown[der.AsSpan().LastIndexOf(new byte[] { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02 }) + 6] = 4;
        Assert.Null(AttestedRequest.TryRead(PemEncoding.WriteString("CERTIFICATE REQUEST", unknown)));
    }

    [Fact]
    public void A_certificate_with_a_key_on_a_curve_that_the_system_does_not_know_has_no_key_of_ours()
    {
        using var key = P256.CreateKey();
        using var sound = new CertificateRequest("CN=root", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(1));
        using var certificate = X509CertificateLoader.LoadCertificate(WithUnknownCurve(sound.RawData));
        Assert.True(SelfSignature.Holds(sound));
        Assert.False(SelfSignature.Holds(certificate));
        Assert.Null(P256.PublicKeyOf(certificate));
        Assert.False(P256.Verify(certificate, [1], new byte[P256.PairSize]));
        Assert.Throws<CryptographicException>(() => P256.KeyHash(certificate));
    }

    /// <summary>The name of P-256, 1.2.840.10045.3.1.7, becomes 1.2.840.10045.3.5.7.</summary>
    private static byte[] WithUnknownCurve(byte[] der)
    {
        byte[] changed = [.. der];
        changed[der.AsSpan().IndexOf(new byte[] { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07 }) + 6] = 5;
        return changed;
    }

    private static byte[] CcaKeyDer()
    {
        using var mint = new CcaMint();
        return mint.PlatformKey.ExportSubjectPublicKeyInfo();
    }
}
