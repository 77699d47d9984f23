using SwarmCompute.Attestation.Tests.Amd;

namespace SwarmCompute.Attestation.Tests;

/// <summary>What is remembered of evidence that was accepted never helps other evidence, another root, another time or other collateral.</summary>
public sealed class WarmEvidenceTests
{
    private static readonly NvidiaPolicy Plain = new(Nonce: null) { RequireRevocation = false };
    private readonly IntelCase _intel = new();
    private readonly SnpMint _snp = SnpMint.Of(SnpProductLine.Genoa);
    private readonly NvidiaMint _gpu = new();

    [Fact]
    public void A_known_quote_is_refused_under_another_root_and_out_of_its_time()
    {
        var (quote, collateral) = (_intel.ToQuote(), _intel.ReadCollateral());
        var root = IntelCase.Root.Certificate.Hash;
        Assert.Equal(Verdict.Accepted, Judge(quote, collateral, IntelCase.At, root));
        Assert.Equal(Verdict.Refused, Judge(quote, collateral, IntelCase.At, TdxVerifier.IntelRoot));
        Assert.Equal(Verdict.Refused, Judge(quote, collateral, IntelCase.At.AddYears(20), root));
        Assert.Equal(Verdict.Refused, Judge(quote, collateral, IntelCase.At.AddYears(-20), root));
        Assert.Equal(Verdict.Accepted, Judge(quote, collateral, IntelCase.At, root));
    }

    [Fact]
    public void A_known_quote_with_any_bit_of_its_signatures_changed_is_refused()
    {
        var (quote, collateral) = (_intel.ToQuote(), _intel.ReadCollateral());
        Assert.Equal(Verdict.Accepted, Judge(quote, collateral));
        const int signature = 48 + 584 + 4, qeSignature = signature + 64 + 64 + 6 + 384;
        foreach (var at in Enumerable.Range(0, 64).SelectMany(i => new[] { signature + i, qeSignature + i }))
        {
            var changed = quote.ToArray();
            changed[at] ^= 1;
            Assert.Equal(Verdict.Refused, Judge(changed, collateral));
        }
    }

    [Fact]
    public void A_known_quote_is_refused_once_the_list_revokes_its_platform()
    {
        var quote = _intel.ToQuote();
        Assert.Equal(Verdict.Accepted, Judge(quote, _intel.ReadCollateral()));
        _intel.RevokedByAuthority.Add(_intel.Leaf);
        Assert.Equal(Verdict.Refused, Judge(quote, _intel.ReadCollateral()));
    }

    [Fact]
    public void Collateral_is_what_it_was_when_it_was_first_judged()
    {
        var quote = _intel.ToQuote();
        var read = _intel.ReadCollateral();
        var text = read.TcbInfo!.Value.ToArray();
        var collateral = Copy(read, text);
        Assert.Equal(Verdict.Accepted, Judge(quote, collateral));
        text.AsSpan().Clear();
        Assert.Equal(Verdict.Accepted, Judge(quote, collateral));
        Assert.Equal(Verdict.Refused, Judge(quote, Copy(read, text)));
    }

    [Fact]
    public void An_attestation_key_that_a_known_platform_does_not_name_is_refused()
    {
        var (quote, collateral) = (_intel.ToQuote(), _intel.ReadCollateral());
        Assert.Equal(Verdict.Accepted, Judge(quote, collateral));
        var other = new IntelCase { Leaf = _intel.Leaf, AttestationKey = P256.CreateKey() }.ToQuote();
        const int key = 48 + 584 + 4 + 64, qe = key + 64 + 6;
        quote.AsSpan(qe, 384 + 64).CopyTo(other.AsSpan(qe));
        Assert.Equal(Verdict.Refused, Judge(other, collateral));
    }

    [Fact]
    public void A_certificate_that_is_changed_after_it_was_read_stays_what_it_was()
    {
        var der = IntelCase.Root.Der.ToArray();
        Assert.True(PkiCertificate.TryParse(der, out var certificate) && certificate!.IsSignedBy(IntelCase.Root.Certificate));
        der.AsSpan().Clear();
        Assert.Equal(Hash32.Sha256(certificate!.Raw.Span), certificate.Hash);
        Assert.False(certificate.IsSignedBy(TestAuthority.Root("Intel SGX Root CA").Certificate));
    }

    [Fact]
    public void A_known_report_is_refused_by_a_new_list_another_root_and_a_later_time()
    {
        var (report, endorsements) = (_snp.Report(), _snp.Endorsements());
        Assert.Equal(Verdict.Accepted, _snp.Verify(report, endorsements).Verdict);
        var revoking = SnpEndorsements.Read(_snp.Ark, _snp.Ask, _snp.Vcek, _snp.List(revoked: 2));
        Assert.Equal(Verdict.Refused, _snp.Verify(report, revoking).Verdict);
        Assert.Equal(Verdict.Refused, _snp.Verify(report, endorsements, at: SnpMint.At.AddYears(10)).Verdict);
        Assert.Equal(Verdict.Refused, SnpVerifier.Verify(report, endorsements, SnpMint.At, SnpTrustRoots.Amd, SnpPolicy.Strict).Verdict);
        report[SnpReport.SignedSize] ^= 1;
        Assert.Equal(Verdict.Refused, _snp.Verify(report, endorsements).Verdict);
    }

    [Fact]
    public void A_known_device_is_refused_under_other_roots_at_another_time_and_with_another_manifest()
    {
        var collateral = NvidiaMint.Collateral(_gpu.DriverRim(), _gpu.VbiosRim());
        Assert.Equal(Verdict.Accepted, Judge(collateral, IntelCase.At, _gpu.Roots));
        Assert.Equal(Verdict.Refused, Judge(collateral, IntelCase.At, NvidiaRoots.Default));
        Assert.Equal(Verdict.Refused, Judge(collateral, IntelCase.At, _gpu.Roots with { Rim = NvidiaRoots.Default.Rim }));
        Assert.Equal(Verdict.Refused, Judge(collateral, IntelCase.At.AddYears(20), _gpu.Roots));
        var other = NvidiaMint.Collateral(_gpu.DriverRim(), new NvidiaMint().VbiosRim());
        Assert.Equal(Verdict.Refused, Judge(other, IntelCase.At, _gpu.Roots));
    }

    [Fact]
    public void What_is_full_forgets_what_nobody_asked_for()
    {
        var memory = new BoundedMemory<int>(entriesMax: 4);
        var hot = Hash32.Sha256([0]);
        memory.Keep(hot, 7);
        for (byte i = 1; i < 100; i++)
        {
            memory.Keep(Hash32.Sha256([i]), i);
            Assert.True(memory.TryGet(hot, out var value) && value == 7);
        }
        Assert.False(memory.TryGet(Hash32.Sha256([1]), out _));
        Assert.InRange(Enumerable.Range(0, 100).Count(i => memory.TryGet(Hash32.Sha256([(byte)i]), out _)), 1, 8);
    }

    private static IntelCollateral Copy(IntelCollateral from, byte[] tcbInfo) => new()
    {
        PckCrlIssuerChain = from.PckCrlIssuerChain,
        RootCrl = from.RootCrl,
        PckCrl = from.PckCrl,
        TcbInfoIssuerChain = from.TcbInfoIssuerChain,
        TcbInfo = tcbInfo,
        TcbInfoSignature = from.TcbInfoSignature,
        QeIdentityIssuerChain = from.QeIdentityIssuerChain,
        QeIdentity = from.QeIdentity,
        QeIdentitySignature = from.QeIdentitySignature,
    };

    private static Verdict Judge(byte[] quote, IntelCollateral collateral, DateTimeOffset? at = null, Hash32? root = null) =>
        TdxVerifier.Verify(quote, collateral, at ?? IntelCase.At, root ?? IntelCase.Root.Certificate.Hash, IntelPolicy.Default).Verdict;

    private Verdict Judge(NvidiaCollateral collateral, DateTimeOffset at, NvidiaRoots roots) =>
        NvidiaVerifier.Verify(_gpu.Report(), _gpu.Chain, collateral, at, roots, Plain).Verdict;
}
