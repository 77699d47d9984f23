using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Time.Testing;

namespace SwarmCompute.Attestation.Tests;

/// <summary>Reports whose head shows a quote in its certificate.</summary>
public sealed class HardwareReportTests : IDisposable
{
    private const ulong Chain = 56;
    private static readonly SwarmIdentity.Guest Head = new(ReportCase.Order, 0, new LeaseEpoch(3), ReportCase.Provider);
    private static readonly AttestationPolicy Policy = AttestationPolicy.Strict with { Types = ["tdx"] };

    private readonly CertificateAuthority _authority = CertificateAuthority.Create(new FakeTimeProvider(IntelCase.At));
    private readonly ECDsa _key = P256.CreateKey();
    private readonly IntelCase _platform = new();
    private OfferId _offerInEvidence = ReportCase.Offer;
    private Hash32? _measurementOnChain;

    public void Dispose()
    {
        _authority.Dispose();
        _key.Dispose();
    }

    [Fact]
    public void A_report_whose_head_showed_good_evidence_holds()
    {
        var result = Verify(Given(Policy));
        Assert.Equal("", result.Verdict == Verdict.Accepted ? "" : result.Why);
    }

    [Fact]
    public void Years_later_it_holds_still_by_what_the_vendor_said_then() =>
        Assert.Equal(Verdict.Accepted, Verify(Given(Policy), now: IntelCase.At.AddYears(3)).Verdict);

    [Fact]
    public void Without_the_vendors_word_it_is_not_judged() => AssertFails("report.evidence.collateral", Verify(null));

    [Fact]
    public void A_policy_that_does_not_accept_the_evidence_refuses_the_report() =>
        AssertFails("report.evidence.refused", Verify(Given(Policy with { Types = ["sev-snp"] })));

    [Fact]
    public void Evidence_that_was_made_for_other_terms_refuses_the_report()
    {
        _offerInEvidence = new OfferId(6);
        AssertFails("report.evidence.refused", Verify(Given(Policy)));
    }

    [Fact]
    public void A_lease_that_names_another_measurement_refuses_the_report()
    {
        _measurementOnChain = ReportCase.Digest("other");
        AssertFails("report.evidence.measurement", Verify(Given(Policy)));
    }

    [Fact]
    public void A_certificate_without_evidence_refuses_the_report() => AssertFails("report.evidence.missing", Verify(Given(Policy), withEvidence: false));

    private ReportEvidence Given(AttestationPolicy policy) => new(
        new EvidenceVerifier(new TrustRoots(IntelCase.Root.Certificate.Hash, SnpTrustRoots.Amd, NvidiaRoots.Default), null),
        new EvidenceCollateral { Intel = _platform.ReadCollateral() }, policy);

    private AttestationResult Verify(ReportEvidence? how, DateTimeOffset? now = null, bool withEvidence = true)
    {
        using var pattern = new ReportCase(Chain);
        var evidence = Quote();
        var measurement = _measurementOnChain ?? LaunchMeasurement.Of(_platform.Verify(IntelPolicy.Default with { ReportData = null }))!.Value;
        using var certificate = _authority.Issue(Head, _key, TimeSpan.FromDays(30), withEvidence ? EvidenceExtension.Create(evidence) : null);
        var report = pattern.Report with
        {
            Evidence = "tdx",
            EvidenceMeaning = EvidenceMeaning.Of("tdx"),
            Started = IntelCase.At,
            Finished = IntelCase.At.AddMinutes(1),
            Stages = [new(0, Head.Epoch, Head.Provider, 0, 3, P256.KeyHash(_key), IntelCase.At, null)],
            Totals = pattern.Report.Totals with { Stages = 1 },
        };
        var statement = new LeaseStatement(Chain, ReportCase.OrderBook, Head.Lease, Head.Epoch, ReportCase.Offer, measurement, P256.KeyHash(_key));
        var signed = SignedReport.Sign(report, Head.Epoch, _key, certificate, _authority.Root, _authority.SignLease(statement));
        var facts = pattern.Facts with
        {
            AuthorityKeyHash = _authority.KeyHash,
            ReportHash = report.Hash,
            Leases = [new LeaseFact(0, Head.Epoch, Head.Provider, P256.KeyHash(_key), ReportCase.Offer, measurement)],
        };
        return ReportVerifier.Verify(signed.ToBytes(), facts, now ?? IntelCase.At.AddHours(1), how);
    }

    private Evidence Quote()
    {
        var claims = new EvidenceClaims
        {
            KeyHash = Hash32.Sha256(_key.ExportSubjectPublicKeyInfo()),
            Purpose = AttestationPurpose.Lease,
            Nonce = new byte[32],
            Context = new LeaseContext(Chain, ReportCase.OrderBook, Head.Lease, Head.Epoch, _offerInEvidence, Head.Provider, ReportCase.Digest("manifest")).ToBytes(),
        };
        var (bytes, reportData) = claims.Bind();
        reportData.CopyTo(_platform.Body, 520);
        return new Evidence("tdx", _platform.ToQuote(), bytes);
    }

    private static void AssertFails(string code, AttestationResult result)
    {
        Assert.Equal(Verdict.Refused, result.Verdict);
        Assert.Equal([code], result.Checks.Where(c => !c.Passed).Select(c => c.Code));
    }
}
