using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Time.Testing;

namespace SwarmCompute.Attestation.Tests.RaTls;

public sealed class AttestedPeersTests : IDisposable
{
    private const ulong Chain = 56;

    private static readonly AttestationPolicy Policy = AttestationPolicy.Strict with { Types = ["tdx"] };
    private static readonly SwarmIdentity.Guest Guest = new(ReportCase.Order, 1, new LeaseEpoch(3), ReportCase.Provider);
    private static readonly PeerTerms Terms = PeerTerms.OfGuest(Guest, Chain) with { OrderBook = ReportCase.OrderBook, ManifestHash = ReportCase.Digest("manifest") };

    private readonly FakeTimeProvider _time = new(IntelCase.At);
    private readonly CertificateAuthority _authority;
    private readonly ECDsa _key = P256.CreateKey();
    private readonly IntelCase _platform = new();
    private readonly ScriptedCollateral _vendor;

    public AttestedPeersTests()
    {
        _authority = CertificateAuthority.Create(_time);
        _vendor = new ScriptedCollateral { Answer = new EvidenceCollateral { Intel = _platform.ReadCollateral() } };
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _authority.Dispose();
        _key.Dispose();
    }

    [Fact]
    public async Task A_peer_with_good_evidence_is_let_in()
    {
        await using var peers = Peers();
        using var session = await Admitted(peers);
        Assert.Equal("tdx", session.Result.Type);
    }

    [Fact]
    public async Task A_certificate_without_evidence_is_refused()
    {
        await using var peers = Peers();
        using var bare = _authority.Issue(Guest, _key, TimeSpan.FromDays(1));
        Assert.Contains("no evidence", (await peers.Admit(bare, Terms, Cancel)).Result.Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Evidence_of_another_lease_manifest_or_book_is_refused()
    {
        await using var peers = Peers();
        using var certificate = Certificate();
        foreach (var other in new[] { Terms with { Lease = Guest with { Slot = 2 } }, Terms with { Lease = Guest with { Epoch = new LeaseEpoch(4) } }, Terms with { ManifestHash = ReportCase.Digest("other") }, Terms with { OrderBook = ReportCase.Provider }, Terms with { ChainId = 1 } })
            Assert.Null((await peers.Admit(certificate, other, Cancel)).Session);
    }

    [Fact]
    public async Task Evidence_for_another_key_is_refused()
    {
        await using var peers = Peers();
        using var other = P256.CreateKey();
        using var stolen = _authority.Issue(Guest, other, TimeSpan.FromDays(1), EvidenceExtension.Create(Evidence()));
        Assert.Contains("another key", (await peers.Admit(stolen, Terms, Cancel)).Result.Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_verdict_is_remembered_until_what_it_relied_on_ends()
    {
        await using var peers = Peers();
        using var certificate = Certificate();
        using (await Admitted(peers, certificate)) { }
        using (await Admitted(peers, certificate)) { }
        Assert.Equal(1, _vendor.Asked);
        _time.Advance(AttestedPeers.VerdictAgeMax + TimeSpan.FromSeconds(1));
        using (await Admitted(peers, certificate)) { }
        Assert.Equal(2, _vendor.Asked);
    }

    [Fact]
    public async Task A_measurement_that_is_no_longer_accepted_drops_who_is_in()
    {
        await using var peers = Peers();
        using var certificate = Certificate();
        using var session = await Admitted(peers, certificate);
        var without = Policy with { Intel = IntelPolicy.Default with { Expected = IntelPolicy.Default.Expected.Add("mrtd", ["00"]) } };
        await peers.Update(without, Cancel);

        Assert.True(session.Dropped.IsCancellationRequested);
        Assert.Contains("mrtd", session.Reason, StringComparison.Ordinal);
        Assert.Null((await peers.Admit(certificate, Terms, Cancel)).Session);
    }

    [Fact]
    public async Task Collateral_that_has_ended_is_asked_for_again_and_who_is_still_good_stays()
    {
        await using var peers = Peers();
        using var session = await Admitted(peers);
        _time.Advance(AttestedPeers.VerdictAgeMax + AttestedPeers.SweepEvery);
        await _vendor.WasAsked(2, Cancel);
        Assert.False(session.Dropped.IsCancellationRequested);
    }

    [Fact]
    public async Task A_platform_that_the_vendor_has_revoked_meanwhile_is_dropped()
    {
        await using var peers = Peers();
        using var session = await Admitted(peers);
        _platform.RevokedByAuthority.Add(_platform.Leaf);
        _vendor.Answer = new EvidenceCollateral { Intel = _platform.ReadCollateral() };
        _time.Advance(AttestedPeers.VerdictAgeMax + AttestedPeers.SweepEvery);

        await Cancelled(session.Dropped);
        Assert.Contains("revoked", session.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_a_vendor_is_silent_who_is_in_stays_and_nobody_new_gets_in()
    {
        await using var peers = Peers();
        using var session = await Admitted(peers);
        _vendor.Answer = EvidenceCollateral.None;
        _time.Advance(AttestedPeers.VerdictAgeMax + AttestedPeers.SweepEvery);
        await _vendor.WasAsked(2, Cancel);
        Assert.False(session.Dropped.IsCancellationRequested);

        using var certificate = Certificate();
        var refused = await peers.Admit(certificate, Terms, Cancel);
        Assert.Null(refused.Session);
        Assert.All(refused.Result.Checks.Where(c => !c.Passed), c => Assert.Equal(FailureClass.Transient, c.Class));
    }

    [Fact]
    public async Task A_clock_that_was_set_back_revives_no_collateral()
    {
        await using var peers = Peers();
        using var certificate = Certificate();
        _vendor.LatestSigned = IntelCase.At.AddYears(5);
        var refused = await peers.Admit(certificate, Terms, Cancel);
        Assert.Contains(refused.Result.Checks, c => c.Code.EndsWith("expired", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_link_that_has_ended_is_watched_no_longer()
    {
        await using var peers = Peers();
        (await Admitted(peers)).Dispose();
        await peers.Update(Policy with { Types = [] }, Cancel);
        Assert.Equal(1, _vendor.Asked);
    }

    [Fact]
    public async Task A_certificate_of_the_holders_own_making_is_judged_by_its_evidence_alone()
    {
        var claims = AttestedCertificate.ClaimsFor(_key);
        using var certificate = AttestedCertificate.Create(_key, Quote(claims), _time);
        Assert.Null(AttestedCertificate.Refusal(certificate, _time.GetUtcNow()));
        Assert.NotNull(AttestedCertificate.Refusal(certificate, _time.GetUtcNow().AddDays(2)));
        await using var peers = Peers();
        var admission = await peers.Admit(certificate, new PeerTerms(AttestationPurpose.Peer, null), Cancel);
        Assert.Equal("", admission.Session is null ? admission.Result.Why : "");
    }

    [Fact]
    public async Task Evidence_that_was_made_for_a_lease_makes_no_certificate_of_ones_own()
    {
        using var certificate = AttestedCertificate.Create(_key, Evidence(), _time);
        await using var peers = Peers();
        Assert.Contains("purpose", (await peers.Admit(certificate, new PeerTerms(AttestationPurpose.Peer, null), Cancel)).Result.Why, StringComparison.Ordinal);
    }

    private AttestedPeers Peers() => new(
        new EvidenceVerifier(new TrustRoots(IntelCase.Root.Certificate.Hash, SnpTrustRoots.Amd, NvidiaRoots.Default), null), _vendor, Policy, _time);

    private async Task<PeerSession> Admitted(AttestedPeers peers, X509Certificate2? certificate = null)
    {
        using var own = certificate is null ? Certificate() : null;
        var admission = await peers.Admit(certificate ?? own!, Terms, Cancel);
        return admission.Session ?? throw new InvalidOperationException(admission.Result.Why);
    }

    private X509Certificate2 Certificate() => _authority.Issue(Guest, _key, TimeSpan.FromDays(30), EvidenceExtension.Create(Evidence()));

    private Evidence Evidence() => Quote(new EvidenceClaims
    {
        KeyHash = Hash32.Sha256(_key.ExportSubjectPublicKeyInfo()),
        Purpose = AttestationPurpose.Lease,
        Nonce = new byte[32],
        Context = new LeaseContext(Chain, ReportCase.OrderBook, Guest.Lease, Guest.Epoch, ReportCase.Offer, Guest.Provider, ReportCase.Digest("manifest")).ToBytes(),
    });

    private Evidence Quote(EvidenceClaims claims)
    {
        var (bytes, reportData) = claims.Bind();
        reportData.CopyTo(_platform.Body, 520);
        return new Evidence("tdx", _platform.ToQuote(), bytes);
    }

    private static async Task Cancelled(CancellationToken token)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = token.Register(() => cancelled.TrySetResult());
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, Cancel);
    }
}
