using System.Numerics;

namespace SwarmCompute.Attestation.Tests;

/// <summary>Clocks at their bounds, signatures at the curve's, and what is missing.</summary>
public sealed class IntelBoundsTests
{
    private const int SOffset = 48 + 584 + 4 + 32;

    private static readonly DateTimeOffset Start = new(2026, 5, 16, 0, 0, 0, TimeSpan.Zero), End = new(2026, 6, 15, 0, 0, 0, TimeSpan.Zero);
    private static readonly BigInteger Order = BigInteger.Parse("0ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", System.Globalization.NumberStyles.HexNumber);

    [Fact]
    public void Collateral_is_good_at_both_of_its_bounds_and_not_a_second_beyond()
    {
        var subject = new IntelCase();
        Assert.Equal("", subject.Verify(at: Start).Why);
        Assert.Equal("", subject.Verify(at: End).Why);
        Assert.Equal("intel.qe-identity.not-yet-valid", Codes(subject.Verify(at: Start.AddSeconds(-1))));
        Assert.Equal("intel.tcb-info.expired", Codes(subject.Verify(at: End.AddSeconds(1))));
    }

    [Fact]
    public void Lists_and_certificates_are_good_at_both_of_their_bounds()
    {
        var end = IntelCase.At.AddDays(1);
        var subject = new IntelCase { ListFrom = IntelCase.At, ListUntil = end, LeafOptions = new() { From = IntelCase.At, Until = end } };
        Assert.Equal("", subject.Verify().Why);
        Assert.Equal("", subject.Verify(at: end).Why);
        Assert.Equal("intel.pck-crl.expired intel.pck.expired", Codes(subject.Verify(at: end.AddSeconds(1))));
        Assert.Equal("intel.pck-crl.not-yet-valid intel.pck.not-yet-valid", Codes(subject.Verify(at: IntelCase.At.AddSeconds(-1))));
    }

    [Fact]
    public void A_signature_with_a_high_s_is_as_good()
    {
        var subject = new IntelCase { AfterSigning = q => Number(Order - new BigInteger(q.AsSpan(SOffset, 32), isUnsigned: true, isBigEndian: true)).CopyTo(q, SOffset) };
        for (var i = 0; i < 4; i++) Assert.Equal("", subject.Verify().Why);
    }

    [Theory]
    [InlineData(0, false), InlineData(0, true), InlineData(32, false), InlineData(32, true)]
    public void Signatures_out_of_the_range_of_the_curve_are_refused(int part, bool isOrder)
    {
        var subject = new IntelCase { AfterSigning = q => (isOrder ? Number(Order) : new byte[32]).CopyTo(q, SOffset - 32 + part) };
        Assert.Equal("intel.quote.signature", Codes(subject.Verify()));
    }

    [Fact]
    public void An_attestation_key_off_the_curve_is_refused_though_it_is_bound()
    {
        var subject = new IntelCase { QuotedKey = [.. Enumerable.Repeat((byte)7, 64)] };
        Assert.Equal("intel.quote.signature", Codes(subject.Verify()));
    }

    [Fact]
    public void Certificates_count_in_whatever_order_they_come()
    {
        var subject = new IntelCase { CertificationData = c => [.. IntelCase.Root.Der, .. c.Authority.Der, .. c.Leaf.Der] };
        subject.Collateral = j =>
        {
            j["pck_crl_issuer_chain"] = IntelCase.Root.Pem + subject.Authority.Pem;
            j["tcb_info_issuer_chain"] = IntelCase.Root.Pem + subject.Signer.Pem;
            j["qe_identity_issuer_chain"] = IntelCase.Root.Pem + subject.Signer.Pem;
        };
        Assert.Equal("", subject.Verify().Why);
        subject.CertificationData = c => [.. IntelCase.Root.Der, .. IntelCase.Root.Der, .. c.Leaf.Der];
        Assert.Contains("intel.pck.root", Codes(subject.Verify()), StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_that_may_not_sign_are_refused()
    {
        var other = new TestCertificateOptions { Usage = System.Security.Cryptography.X509Certificates.X509KeyUsageFlags.KeyEncipherment };
        Assert.Contains("intel.pck.key-usage", Codes(new IntelCase { LeafOptions = other }.Verify()), StringComparison.Ordinal);
        Assert.Contains("intel.tcb-info-chain.key-usage", Codes(new IntelCase { Signer = IntelCase.Root.Issue("Intel SGX TCB Signing", other) }.Verify()), StringComparison.Ordinal);
    }

    [Fact]
    public void The_platforms_key_does_not_sign_collateral()
    {
        var subject = new IntelCase();
        subject.Signer = subject.Leaf;
        subject.Collateral = j => j["tcb_info_issuer_chain"] = subject.Leaf.Pem + subject.Authority.Pem + IntelCase.Root.Pem;
        Assert.Contains("intel.tcb-info-chain.length intel.tcb-info.unchecked", Codes(subject.Verify()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pck_crl_issuer_chain"), InlineData("root_ca_crl"), InlineData("pck_crl"), InlineData("tcb_info_issuer_chain"), InlineData("tcb_info")]
    [InlineData("tcb_info_signature"), InlineData("qe_identity_issuer_chain"), InlineData("qe_identity"), InlineData("qe_identity_signature")]
    public void What_is_missing_may_come(string part)
    {
        var result = new IntelCase { Collateral = j => j.Remove(part) }.Verify();
        Assert.Equal(Verdict.Refused, result.Verdict);
        Assert.All(result.Checks.Where(c => !c.Passed), c => Assert.Equal(FailureClass.Transient, c.Class));
    }

    [Fact]
    public void A_quote_without_its_certificates_waits_for_them()
    {
        var result = new IntelCase { CertificationType = 3, CertificationData = _ => new byte[404] }.Verify();
        Assert.Equal("intel.pck-crl.unchecked intel.pck.missing intel.qe.unchecked", Codes(result));
        Assert.All(result.Checks.Where(c => !c.Passed), c => Assert.Equal(FailureClass.Transient, c.Class));
    }

    private static byte[] Number(BigInteger value)
    {
        var bytes = value.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[32 - bytes.Length], .. bytes];
    }

    private static string Codes(AttestationResult result) => string.Join(' ', result.Checks.Where(c => !c.Passed).Select(c => c.Code).Order(StringComparer.Ordinal));
}
