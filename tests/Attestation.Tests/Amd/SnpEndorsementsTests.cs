using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text;

namespace SwarmCompute.Attestation.Tests.Amd;

public sealed class SnpEndorsementsTests
{
    private static readonly SnpMint Genoa = SnpMint.Of(SnpProductLine.Genoa);
    private static readonly byte[] Report = Genoa.Report();

    [Fact]
    public void Documents_are_sorted_out_in_any_order_and_form()
    {
        var pem = Pem("CERTIFICATE", Genoa.Asvk) + Pem("CERTIFICATE", Genoa.Ark) + Pem("CERTIFICATE", Genoa.Ask);
        var der = (byte[])[.. Genoa.Ark, .. Genoa.Vcek, .. Genoa.Ask];
        Assert.Equal("", Codes(SnpEndorsements.Read(Encoding.ASCII.GetBytes(Pem("X509 CRL", Genoa.Crl)), Genoa.Vcek, Encoding.ASCII.GetBytes(pem))));
        Assert.Equal("", Codes(SnpEndorsements.Read(der, Genoa.Crl)));
        Assert.Equal("", Codes(SnpEndorsements.Read(Genoa.Crl, der, Encoding.ASCII.GetBytes(pem))));
    }

    [Fact]
    public void One_text_may_hold_certificates_and_revocation_lists()
    {
        var pem = Pem("CERTIFICATE", Genoa.Vcek) + Pem("X509 CRL", Genoa.Crl) + Pem("CERTIFICATE", Genoa.Ask) + Pem("CERTIFICATE", Genoa.Ark);
        var read = SnpEndorsements.Read(Encoding.ASCII.GetBytes(pem));
        Assert.Equal((3, 1), (read.Certificates.Length, read.RevocationLists.Length));
        Assert.Equal("", Codes(read));
        Assert.False(SnpEndorsements.Read(Encoding.ASCII.GetBytes(pem + Pem("PUBLIC KEY", Genoa.Ark))).IsReadable);
        var lists = string.Concat(Enumerable.Repeat(Pem("X509 CRL", Genoa.Crl), SnpEndorsements.RevocationListsMax + 1));
        Assert.False(SnpEndorsements.Read(Encoding.ASCII.GetBytes(lists + pem)).IsReadable);
    }

    [Fact]
    public void What_is_missing_may_come_later()
    {
        Assert.Equal("snp.endorsements.missing", Transient(null));
        Assert.Equal("snp.vcek.missing", Transient(SnpEndorsements.Read(Genoa.Ark, Genoa.Ask, Genoa.Crl)));
        Assert.Equal("snp.ask.missing", Transient(SnpEndorsements.Read(Genoa.Ark, Genoa.Vcek, Genoa.Asvk, Genoa.Crl)));
        Assert.Equal("snp.ark.missing", Transient(SnpEndorsements.Read(Genoa.Ask, Genoa.Vcek, Genoa.Crl)));
        Assert.Equal("snp.crl.missing", Transient(SnpEndorsements.Read(Genoa.Ask, Genoa.Vcek, Genoa.Ark)));
    }

    [Fact]
    public void What_is_out_of_its_time_may_be_replaced()
    {
        Assert.Equal("snp.chain.not-yet-valid", Transient(With(vek: Genoa.Vek(SnpKeyKind.Vcek, from: SnpMint.At.AddDays(1)))));
        Assert.Equal("snp.chain.expired", Transient(With(vek: Genoa.Vek(SnpKeyKind.Vcek, to: SnpMint.At.AddDays(-1)))));
        Assert.Equal("snp.crl.expired", Transient(With(list: Genoa.List(to: SnpMint.At.AddDays(-1)))));
        Assert.Equal("snp.crl.not-yet-valid", Transient(With(list: Genoa.List(from: SnpMint.At.AddDays(1)))));
    }

    [Fact]
    public void Wrong_certificates_are_refused_for_good()
    {
        Assert.Equal("snp.vcek.malformed", Permanent(With(vek: Genoa.Vek(SnpKeyKind.Vcek, hasId: false))));
        Assert.Equal("snp.vcek.malformed", Permanent(With(vek: Genoa.Vek(SnpKeyKind.Vcek, product: "Venice"))));
        Assert.Equal("snp.chain.name", Permanent(With(vek: Genoa.Vek(SnpKeyKind.Vcek, issuer: "ark"))));
        Assert.Equal("snp.chain.name", Permanent(With(vek: Genoa.Vek(SnpKeyKind.Vcek, issuer: "asvk"))));
        Assert.Equal("snp.chain.signature", Permanent(With(vek: Genoa.Vek(SnpKeyKind.Vcek, issuer: "strange"))));
        Assert.Equal("snp.chain.signature", Permanent(SnpEndorsements.Read(Genoa.Ark, Genoa.StrangeAsk, Genoa.Crl, Genoa.Vek(SnpKeyKind.Vcek, issuer: "strange"))));
        Assert.Equal("snp.ark.untrusted", Permanent(SnpEndorsements.Read(Genoa.StrangeArk, Genoa.Ask, Genoa.Crl, Genoa.Vcek)));
        Assert.Equal("snp.vcek.hwid-mismatch", Permanent(With(vek: Genoa.Vek(SnpKeyKind.Vcek, hardwareId: new byte[64]))));
        Assert.Equal("snp.vcek.tcb-mismatch", Permanent(With(vek: Genoa.Vek(SnpKeyKind.Vcek, tcb: SnpTcb.Of(10, 0, 27, 87)))));
    }

    [Fact]
    public void A_VCEK_s_certificate_has_a_key_on_P384_names_no_cloud_and_FMC_only_on_Turin()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.Equal("snp.vcek.algorithm", Permanent(With(vek: Genoa.Vek(SnpKeyKind.Vcek, ownKey: key))));
        Assert.Equal("snp.vcek.malformed", Permanent(With(vek: Genoa.Vek(SnpKeyKind.Vcek, more: ("5", w => w.WriteCharacterString(UniversalTagNumber.IA5String, "Cloud"))))));
        Assert.Equal("snp.vcek.malformed", Permanent(With(vek: Genoa.Vek(SnpKeyKind.Vcek, more: ("3.9", w => w.WriteInteger(1))))));
        var turin = SnpMint.Of(SnpProductLine.Turin);
        Assert.Equal("snp.vcek.malformed", SnpVerifierTests.Codes(turin.Verify(turin.Report(), SnpEndorsements.Read(turin.Ark, turin.Ask, turin.Crl, Genoa.Vek(SnpKeyKind.Vcek, product: "Turin")))));
    }

    [Fact]
    public void A_VLEK_s_certificate_names_a_cloud_and_no_chip_and_is_issued_by_its_own_authority()
    {
        string Judge(byte[] vlek) => SnpVerifierTests.Codes(Genoa.Verify(Genoa.Report(r => r[0x48] = 4), With(vek: vlek)));
        Assert.Equal("", Judge(Genoa.Vlek));
        Assert.Equal("snp.vlek.malformed", Judge(Genoa.Vek(SnpKeyKind.Vlek, hasId: false)));
        Assert.Equal("snp.vlek.malformed", Judge(Genoa.Vek(SnpKeyKind.Vlek, hardwareId: Genoa.ChipId)));
        Assert.Equal("snp.chain.name", Judge(Genoa.Vek(SnpKeyKind.Vlek, issuer: "ask")));
        Assert.Equal("snp.vlek.tcb-mismatch", Judge(Genoa.Vek(SnpKeyKind.Vlek, tcb: SnpTcb.Of(10, 0, 27, 87))));
    }

    [Fact]
    public void A_revocation_list_counts_only_where_the_root_signed_it()
    {
        Assert.Equal("snp.crl.signature", Permanent(With(list: Genoa.List(isForged: true))));
        Assert.Equal("snp.ask.revoked", Permanent(With(list: Genoa.List(revoked: 2))));
        Assert.Equal("", Codes(With(list: Genoa.List(revoked: 3))));
        var vlek = Genoa.Verify(Genoa.Report(r => r[0x48] = 4), SnpEndorsements.Read(Genoa.Vlek, Genoa.Ark, Genoa.Asvk, Genoa.List(revoked: 3)));
        Assert.Equal("snp.asvk.revoked", SnpVerifierTests.Codes(vlek));
        Assert.Equal("snp.crl.expired snp.ask.revoked", Codes(With(list: Genoa.List(revoked: 2, to: SnpMint.At.AddDays(-1)))));
    }

    [Fact]
    public void A_revocation_list_of_another_issuer_is_refused_also_where_none_is_demanded()
    {
        var other = SnpMint.Of(SnpProductLine.Milan).Crl;
        var policy = SnpPolicy.Strict with { RequireRevocationList = false };
        string Judge(params ReadOnlySpan<ReadOnlyMemory<byte>> lists) =>
            SnpVerifierTests.Codes(Genoa.Verify(Report, SnpEndorsements.Read([Genoa.Ark, Genoa.Ask, Genoa.Vcek, .. lists]), policy));
        Assert.Equal("snp.crl.name", Judge(other));
        Assert.Equal("", Judge(other, Genoa.Crl));
        Assert.Equal("", Judge());
        Assert.Equal("snp.crl.name", Permanent(With(list: other)));
    }

    [Fact]
    public void A_hardware_id_may_be_wrapped()
    {
        Assert.Equal("", Codes(With(vek: Genoa.Vek(SnpKeyKind.Vcek, hardwareId: [4, 64, .. Genoa.ChipId]))));
        var turin = SnpMint.Of(SnpProductLine.Turin);
        var wrapped = turin.Vek(SnpKeyKind.Vcek, hardwareId: [4, 8, .. turin.ChipId[..8]]);
        Assert.Equal("", SnpVerifierTests.Codes(turin.Verify(turin.Report(), SnpEndorsements.Read(turin.Ark, turin.Ask, turin.Crl, wrapped))));
        Assert.Equal("snp.vcek.hwid-mismatch", Permanent(With(vek: Genoa.Vek(SnpKeyKind.Vcek, hardwareId: Genoa.ChipId[..8]))));
        Assert.Equal("snp.vcek.malformed", Permanent(With(vek: Genoa.Vek(SnpKeyKind.Vcek, hardwareId: [4, 63, .. Genoa.ChipId]))));
    }

    [Fact]
    public void The_key_that_fits_the_report_is_taken_from_several() =>
        Assert.Equal("", Codes(SnpEndorsements.Read(Genoa.Ark, Genoa.Ask, Genoa.Crl, Genoa.Vek(SnpKeyKind.Vcek, tcb: SnpTcb.Of(1, 0, 1, 1)), Genoa.Vcek, Genoa.Vlek)));

    [Fact]
    public void Documents_that_are_neither_or_too_many_are_refused()
    {
        Assert.Equal("snp.endorsements.malformed", Permanent(SnpEndorsements.Read(Genoa.Ark, Genoa.Ask, Genoa.Crl, Genoa.Vcek, "no document"u8.ToArray())));
        Assert.False(SnpEndorsements.Read(Enumerable.Repeat<ReadOnlyMemory<byte>>(Genoa.Ark, SnpEndorsements.DocumentsMax + 1).ToArray()).IsReadable);
        Assert.False(SnpEndorsements.Read(Enumerable.Repeat<ReadOnlyMemory<byte>>(Genoa.Crl, SnpEndorsements.RevocationListsMax + 1).ToArray()).IsReadable);
    }

    [Fact]
    public void AMD_s_own_roots_do_not_vouch_for_another_s()
    {
        var result = SnpVerifier.Verify(Report, Genoa.Endorsements(), SnpMint.At, roots: null, SnpPolicy.Strict);
        Assert.Equal("snp.ark.untrusted", SnpVerifierTests.Codes(result));
    }

    private static SnpEndorsements With(byte[]? vek = null, byte[]? list = null) =>
        SnpEndorsements.Read(list ?? Genoa.Crl, Genoa.Ark, vek ?? Genoa.Vcek, Genoa.Ask, Genoa.Asvk);

    private static string Transient(SnpEndorsements? endorsements) => OfClass(endorsements, FailureClass.Transient);

    private static string Permanent(SnpEndorsements? endorsements) => OfClass(endorsements, FailureClass.Permanent);

    private static string OfClass(SnpEndorsements? endorsements, FailureClass @class)
    {
        var result = Genoa.Verify(Report, endorsements);
        Assert.All(result.Checks.Where(c => !c.Passed), c => Assert.Equal(@class, c.Class));
        return SnpVerifierTests.Codes(result);
    }

    private static string Codes(SnpEndorsements endorsements) => SnpVerifierTests.Codes(Genoa.Verify(Report, endorsements));

    private static string Pem(string label, byte[] der) => PemEncoding.WriteString(label, der) + "\n";
}
