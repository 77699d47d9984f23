using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CsCheck;

namespace SwarmCompute.Attestation.Tests.RaTls;

public sealed class EvidenceExtensionTests
{
    private static readonly string[] Types = ["tdx", "sgx", "sev-snp", "cca", "development"];

    private static readonly Gen<Evidence> Any = Gen.Select(
        Gen.Int[0, 4].Select(i => Types[i]), Gen.Byte.Array[8, 200], Gen.Byte.Array[0, 100], Gen.Byte.Array[1, 50].Array[0, 3],
        (type, document, claims, certificates) => Typed(type, document, claims, certificates));

    [Fact]
    public void What_is_written_is_read_back() => Any.Sample(evidence =>
    {
        var value = EvidenceExtension.Encode(evidence);
        var read = EvidenceExtension.TryDecode(value)!;
        Assert.Equal(evidence.Type, read.Type);
        Assert.Equal(evidence.Document.ToArray(), read.Document.ToArray());
        Assert.Equal(evidence.Claims.ToArray(), read.Claims.ToArray());
        Assert.Equal(value, EvidenceExtension.Encode(read));
    });

    [Fact]
    public void A_prefix_or_a_longer_value_is_refused() => Any.Sample(evidence =>
    {
        var value = EvidenceExtension.Encode(evidence);
        Assert.Null(EvidenceExtension.TryDecode(value.AsMemory(0, value.Length - 1)));
        Assert.Null(EvidenceExtension.TryDecode((byte[])[.. value, 0]));
    });

    [Fact]
    public void Noise_is_refused_without_an_exception() => Gen.Byte.Array[0, 300].Sample(noise => { EvidenceExtension.TryDecode(noise); EvidenceClaims.TryRead(noise); });

    [Fact]
    public void An_extension_that_is_too_long_is_refused() => Assert.Null(EvidenceExtension.TryDecode(new byte[EvidenceExtension.BytesMax + 1]));

    [Fact]
    public void Two_extensions_are_none()
    {
        using var key = P256.CreateKey();
        var request = new CertificateRequest("CN=two", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(EvidenceExtension.Create(Typed("development", new byte[8], [2], [])));
        using var one = request.CreateSelfSigned(IntelCase.At, IntelCase.At.AddDays(1));
        Assert.NotNull(EvidenceExtension.TryRead(one));

        using var none = new CertificateRequest("CN=none", key, HashAlgorithmName.SHA256).CreateSelfSigned(IntelCase.At, IntelCase.At.AddDays(1));
        Assert.Null(EvidenceExtension.TryRead(none));
    }

    [Fact]
    public void Claims_are_read_back_as_they_were_written() => Gen.Select(
        Gen.Byte.Array[32], Gen.Byte.Array[0, 64], Gen.Int[0, 2].Select(i => i == 0 ? (AttestationPurpose?)null : (AttestationPurpose)i), Gen.Byte.Array[0, 100], Gen.Byte.Array[48].Array[0, 4])
        .Sample((key, nonce, purpose, context, devices) =>
        {
            var claims = new EvidenceClaims { KeyHash = new Hash32(key), Nonce = nonce, Purpose = purpose, Context = context, Devices = [.. devices.Select(d => (ReadOnlyMemory<byte>)d)] };
            Assert.Equal(claims.ToBytes(), EvidenceClaims.TryRead(claims.ToBytes())!.ToBytes());
        });

    [Fact]
    public void Certificates_of_other_makers_are_read_and_bound() => VectorFolder.Use("tdx", folder =>
    {
        foreach (var file in Directory.GetFiles(Path.Combine(folder, "ratls"), "*.pem"))
        {
            using var certificate = X509CertificateLoader.LoadCertificateFromFile(file);
            var evidence = EvidenceExtension.TryRead(certificate);
            Assert.Equal("sgx", evidence!.Type);
            var claims = EvidenceClaims.TryRead(evidence.Claims)!;
            Assert.Equal(Hash32.Sha256(certificate.PublicKey.ExportSubjectPublicKeyInfo()), claims.KeyHash);
            var result = TdxVerifier.Verify(evidence.Document, null, IntelCase.At);
            Assert.Equal(Convert.ToHexStringLower(claims.ReportDataOf(evidence.Claims.Span)), result.Claims["report-data"]);
        }
    });

    // The header tells a quote's type.
    private static Evidence Typed(string type, byte[] document, byte[] claims, byte[][] certificates)
    {
        var isQuote = type is "tdx" or "sgx";
        if (isQuote) document[4] = (byte)(type == "tdx" ? 0x81 : 0);
        if (isQuote) document.AsSpan(5, 3).Clear();
        return new Evidence(type, document, claims) { Certificates = isQuote ? [] : [.. certificates.Select(c => (ReadOnlyMemory<byte>)c)] };
    }
}
