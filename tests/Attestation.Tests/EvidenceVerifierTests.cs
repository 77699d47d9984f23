using System.Text;
using SwarmCompute.Attestation.Tests.Amd;

namespace SwarmCompute.Attestation.Tests;

public sealed class EvidenceVerifierTests
{
    private static readonly Hash32 Measurement = ReportCase.Digest("measurement");
    private static readonly AttestationPolicy Policy = AttestationPolicy.Strict with { Types = ["development", "tdx", "sev-snp"] };
    private static readonly EvidenceClaims Claims = new()
    {
        KeyHash = ReportCase.Digest("key"),
        Purpose = AttestationPurpose.Lease,
        Nonce = new byte[32],
        Context = new byte[] { 1, 2, 3 },
    };

    private static readonly EvidenceBinding Binding = new(AttestationPurpose.Lease, Claims.KeyHash) { Nonce = Claims.Nonce, Context = Claims.Context, ChainId = 31337 };

    [Fact]
    public void Development_evidence_is_accepted_where_the_policy_names_it() =>
        Assert.Equal(Verdict.Accepted, Verify(Development(Claims), Policy, Binding).Verdict);

    [Theory]
    [InlineData(56UL, 31337UL)]
    [InlineData(56UL, null)]
    [InlineData(31337UL, null)]
    [InlineData(31337UL, 1337UL)]
    [InlineData(null, 31337UL)]
    [InlineData(null, null)]
    public void Development_evidence_is_refused_on_any_other_chain(ulong? chain, ulong? developmentChain)
    {
        var verifier = new EvidenceVerifier(TrustRoots.Vendors, developmentChain);
        var result = verifier.Verify(Development(Claims), EvidenceCollateral.None, Policy, Binding with { ChainId = chain }, IntelCase.At);
        AssertFails("evidence.development", result);
    }

    [Fact]
    public void Evidence_of_a_type_that_the_policy_does_not_name_is_refused() =>
        AssertFails("evidence.type.not-accepted", Verify(Development(Claims), AttestationPolicy.Strict, Binding));

    [Theory]
    [InlineData("tdx")]
    [InlineData("sev-snp")]
    [InlineData("sgx")]
    [InlineData("cca")]
    [InlineData("moon")]
    public void A_document_is_not_judged_as_another_type_than_it_is(string type)
    {
        var result = Verify(Development(Claims) with { Type = type }, Policy with { Types = [type] }, Binding);
        Assert.Equal(Verdict.Refused, result.Verdict);
        Assert.Contains(result.Checks, c => !c.Passed && c.Class == FailureClass.Permanent);
    }

    [Fact]
    public void Evidence_for_another_key_purpose_question_or_context_is_refused()
    {
        var evidence = Development(Claims);
        AssertFails("evidence.key", Verify(evidence, Policy, Binding with { KeyHash = ReportCase.Digest("other") }));
        AssertFails("evidence.purpose", Verify(evidence, Policy, Binding with { Purpose = AttestationPurpose.Peer }));
        AssertFails("evidence.nonce", Verify(evidence, Policy, Binding with { Nonce = new byte[] { 1 } }));
        AssertFails("evidence.context", Verify(evidence, Policy, Binding with { Context = new byte[] { 1 } }));
    }

    [Fact]
    public void Claims_that_the_hardware_did_not_sign_are_refused()
    {
        var other = (Claims with { Context = new byte[] { 9 } }).ToBytes();
        AssertFails("evidence.report-data", Verify(Development(Claims) with { Claims = other }, Policy, Binding with { Context = null }));
        AssertFails("evidence.claims.malformed", Verify(Development(Claims) with { Claims = new byte[] { 0xa0 } }, Policy, Binding));
    }

    [Fact]
    public void A_purpose_without_a_whole_nonce_is_no_purpose()
    {
        var evidence = Development(Claims with { Nonce = new byte[16] });
        AssertFails("evidence.purpose", Verify(evidence, Policy, Binding with { Nonce = null }));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("{\"measurement\":1,\"reportData\":2}")]
    [InlineData("[")]
    public void A_document_of_another_form_is_refused(string document) =>
        AssertFails("development.malformed", Verify(Development(Claims) with { Document = Encoding.UTF8.GetBytes(document) }, Policy, Binding));

    [Fact]
    public void A_report_of_AMD_is_accepted_where_it_is_bound()
    {
        var result = Snp(Claims, Binding, SnpMint.At);
        Assert.Equal("", result.Verdict == Verdict.Accepted ? "" : result.Why);
        Assert.NotEqual(DevelopmentEvidence.LeaseMeasurement, LaunchMeasurement.Of(result));
    }

    [Fact]
    public void A_report_of_AMD_for_another_nonce_is_refused() =>
        AssertFails("evidence.nonce", Snp(Claims, Binding with { Nonce = new byte[31] }, SnpMint.At));

    [Fact]
    public void Collateral_past_its_end_is_used_for_the_grace_that_the_policy_gives()
    {
        var end = Snp(Claims, Binding, SnpMint.At).ExpiresAt!.Value;
        Assert.Equal(Verdict.Refused, Snp(Claims, Binding, end.AddDays(1)).Verdict);
        var granted = Snp(Claims, Binding, end.AddDays(1), Policy with { CollateralGrace = TimeSpan.FromDays(2) });
        Assert.Equal("", granted.Verdict == Verdict.Accepted ? "" : granted.Why);
        Assert.Contains(granted.Checks, c => c.Name == "collateral's age");
        Assert.Equal(Verdict.Refused, Snp(Claims, Binding, end.AddDays(3), Policy with { CollateralGrace = TimeSpan.FromDays(2) }).Verdict);
    }

    [Fact]
    public void Grace_forgives_nothing_but_age()
    {
        var end = Snp(Claims, Binding, SnpMint.At).ExpiresAt!.Value;
        var generous = Policy with { CollateralGrace = TimeSpan.FromDays(2), Snp = SnpPolicy.Strict with { Measurements = [] } };
        AssertFails("snp.measurement", Snp(Claims, Binding, end.AddDays(1), generous));
    }

    [Fact]
    public void A_quote_is_accepted_where_it_is_bound()
    {
        var quote = new IntelCase();
        var (claims, reportData) = Claims.Bind();
        reportData.CopyTo(quote.Body, 520);
        var verifier = new EvidenceVerifier(new TrustRoots(IntelCase.Root.Certificate.Hash, SnpTrustRoots.Amd, NvidiaRoots.Default), null);
        var result = verifier.Verify(new Evidence("tdx", quote.ToQuote(), claims), new EvidenceCollateral { Intel = quote.ReadCollateral() }, Policy, Binding, IntelCase.At);
        Assert.Equal("", result.Verdict == Verdict.Accepted ? "" : result.Why);
    }

    private static AttestationResult Snp(EvidenceClaims claims, EvidenceBinding binding, DateTimeOffset at, AttestationPolicy? policy = null)
    {
        var mint = SnpMint.Of(SnpProductLine.Genoa);
        var (bytes, reportData) = claims.Bind();
        var report = mint.Report(r => reportData.CopyTo(r, 0x50));
        var verifier = new EvidenceVerifier(new TrustRoots(TdxVerifier.IntelRoot, mint.Roots, NvidiaRoots.Default), null);
        return verifier.Verify(new Evidence("sev-snp", report, bytes), new EvidenceCollateral { Amd = mint.Endorsements() }, policy ?? Policy, binding, at);
    }

    private static Evidence Development(EvidenceClaims claims)
    {
        var (bytes, reportData) = claims.Bind();
        return new Evidence("development", DevelopmentEvidence.Create(reportData, Measurement), bytes);
    }

    private static AttestationResult Verify(Evidence evidence, AttestationPolicy policy, EvidenceBinding binding) =>
        new EvidenceVerifier(TrustRoots.Vendors, 31337).Verify(evidence, EvidenceCollateral.None, policy, binding, IntelCase.At);

    private static void AssertFails(string code, AttestationResult result)
    {
        Assert.Equal(Verdict.Refused, result.Verdict);
        Assert.Contains(code, result.Checks.Where(c => !c.Passed).Select(c => c.Code));
    }
}
