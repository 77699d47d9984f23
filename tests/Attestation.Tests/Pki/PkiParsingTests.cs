using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace SwarmCompute.Attestation.Tests;

public sealed class PkiParsingTests
{
    private readonly TestAuthority _root = TestAuthority.Root("root");

    [Fact]
    public void A_certificate_is_read_as_the_platform_reads_it()
    {
        using var platform = X509CertificateLoader.LoadCertificate(_root.Der);
        var read = _root.Certificate;

        Assert.Equal(platform.SerialNumber, Convert.ToHexString(read.Serial.Span));
        Assert.Equal(platform.SubjectName.RawData, read.Subject.ToArray());
        Assert.Equal(platform.PublicKey.ExportSubjectPublicKeyInfo(), read.PublicKeyInfo.ToArray());
        Assert.Equal((platform.NotBefore.ToUniversalTime(), platform.NotAfter.ToUniversalTime()), (read.NotBefore.UtcDateTime, read.NotAfter.UtcDateTime));
        Assert.Equal(("root", "root", true, 1), (read.SubjectCommonName, read.IssuerCommonName, read.IsAuthority, read.PathLength));
        Assert.Equal(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, read.KeyUsage);
        Assert.Equal(platform.Extensions.Select(e => e.Oid!.Value), read.Extensions.Select(e => e.Oid));
    }

    [Fact]
    public void Pem_with_a_trailing_nul_and_der_after_der_are_the_same_chain()
    {
        var leaf = _root.Issue("leaf");
        Assert.True(PkiChain.TryParse(Encoding.ASCII.GetBytes(leaf.Pem + _root.Pem + "\0"), out var pem));
        Assert.True(PkiChain.TryParse((byte[])[.. leaf.Der, .. _root.Der], out var der));
        Assert.Equal(pem.Select(c => c.Hash), der.Select(c => c.Hash));
        Assert.Equal(2, der.Length);
    }

    [Theory]
    [InlineData(""), InlineData("\0"), InlineData("hello"), InlineData("x{0}"), InlineData("{0}x"), InlineData("{1}"), InlineData("{0}{0}{0}{0}{0}{0}{0}{0}{0}")]
    public void Anything_beside_certificates_is_no_chain(string form)
    {
        var key = _root.Pem.Replace("CERTIFICATE", "PRIVATE KEY", StringComparison.Ordinal);
        var text = string.Format(System.Globalization.CultureInfo.InvariantCulture, form, _root.Pem, key);
        Assert.False(PkiChain.TryParse(Encoding.ASCII.GetBytes(text), out _));
    }

    [Fact]
    public void Hostile_bytes_are_refused_and_never_thrown_over()
    {
        var random = new Random(7);
        byte[][] seeds = [_root.Der, _root.List(null, null, _root.Certificate.Serial), Encoding.ASCII.GetBytes(_root.Pem)];
        for (var i = 0; i < 6000; i++)
        {
            var bytes = seeds[i % seeds.Length].ToArray();
            for (var n = random.Next(1, 6); n > 0; n--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            bytes = random.Next(4) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
            if (PkiCertificate.TryParse(bytes, out var certificate)) _ = PkiKey.Import(certificate!.PublicKeyInfo);
            if (RevocationList.TryParse(bytes, out var list)) _ = list!.Contains(_root.Certificate.Serial.Span);
            _ = PkiChain.TryParse(bytes, out _);
        }
    }

    [Fact]
    public void Too_many_bytes_are_not_looked_at()
    {
        Assert.False(PkiCertificate.TryParse(new byte[PkiCertificate.BytesMax + 1], out _));
        Assert.False(RevocationList.TryParse(new byte[RevocationList.BytesMax + 1], out _));
        Assert.False(PkiChain.TryParse(new byte[PemBlocks.BytesMax + 1], out _));
    }

    [Fact]
    public void A_point_off_the_curve_is_no_key()
    {
        Assert.Null(PkiKey.ImportP256(new byte[64]));
        Assert.Null(PkiKey.ImportP256(Enumerable.Repeat((byte)0xff, 64).ToArray()));
        Assert.NotNull(PkiKey.ImportP256(_root.Certificate.PublicKeyInfo.Span[^64..]));
    }

    [Fact]
    public void A_signature_holds_in_its_own_form_only()
    {
        var key = PkiKey.Import(_root.Certificate.PublicKeyInfo)!;
        var data = "data"u8.ToArray();
        Assert.True(key.Verify(data, _root.SignDer(data)) && key.VerifyFixed(data, _root.SignFixed(data)) && key.VerifyFixedOnce(data, _root.SignFixed(data)));
        Assert.False(key.Verify(data, _root.SignFixed(data)) || key.VerifyFixed(data, _root.SignDer(data)) || key.VerifyFixed(data, new byte[64]));
        Assert.False(key.VerifyFixed("datb"u8, _root.SignFixed(data)));
    }
}
