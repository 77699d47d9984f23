using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SwarmCompute.Attestation;
using SwarmCompute.Guest.Authority;

namespace SwarmCompute.Guest.Tests;

public sealed class CertifierTests : IDisposable
{
    private readonly CertificateAuthority _authority = CertificateAuthority.Create(TimeProvider.System);
    private readonly ECDsa _key = P256.CreateKey();

    private readonly Challenges _challenges = new(TimeProvider.System);

    private Manifest Manifest => CertifyCase.Manifest(_authority.KeyHash);

    public void Dispose()
    {
        _authority.Dispose();
        _key.Dispose();
    }

    [Fact]
    public async Task A_bound_key_is_certified_for_its_lease_and_the_lease_is_signed_for_the_chain()
    {
        var answer = Assert.IsType<AuthorityAnswer.Certified>(await Certify(Request(Manifest)));

        using var leaf = X509CertificateLoader.LoadCertificate(answer.Certificate);
        Assert.Null(PeerCertificate.Refusal(leaf, _authority.Root, TimeProvider.System.GetUtcNow(), out var identity));
        Assert.Equal(new SwarmIdentity.Guest(new OrderId(7), 1, new LeaseEpoch(2), CertifyCase.Provider), identity);
        Assert.Equal(P256.KeyHash(_key), P256.KeyHash(leaf));
        var statement = new LeaseStatement(31337, CertifyCase.OrderBook, CertifyCase.Lease, new LeaseEpoch(2), CertifyCase.Offer, DevelopmentEvidence.LeaseMeasurement, P256.KeyHash(_key));
        Assert.True(P256.Verify(_authority.Root, statement.ToBytes(), answer.LeaseSignature));
    }

    [Fact]
    public async Task Development_evidence_on_another_chain_is_refused() =>
        await AssertRefused("development evidence is refused on chain 56", Request(Manifest, chainId: 56));

    [Fact]
    public async Task An_authority_without_a_development_chain_accepts_no_development_evidence() => Assert.IsType<AuthorityAnswer.Refused>(
        await Certifier(developmentChainId: null).Certify(Request(Manifest), _key, TestContext.Current.CancellationToken));

    [Fact]
    public async Task A_policy_that_does_not_name_development_accepts_no_development_evidence() => Assert.IsType<AuthorityAnswer.Refused>(
        await Certifier(31337, AttestationPolicy.Strict).Certify(Request(Manifest), _key, TestContext.Current.CancellationToken));

    [Fact]
    public async Task Evidence_that_was_made_for_no_question_of_this_authority_is_refused() =>
        await AssertRefused("freshness", CertifyCase.Request(_key, Manifest, new Challenges(TimeProvider.System).Issue(KeyHash)));

    [Fact]
    public async Task Evidence_that_was_made_for_another_purpose_is_refused() =>
        await AssertRefused("purpose", CertifyCase.Request(_key, Manifest, _challenges.Issue(KeyHash), purpose: AttestationPurpose.Peer));

    [Fact]
    public async Task The_certificate_carries_the_evidence_for_the_peers_to_judge()
    {
        var request = Request(Manifest);
        var answer = Assert.IsType<AuthorityAnswer.Certified>(await Certify(request));

        using var leaf = X509CertificateLoader.LoadCertificate(answer.Certificate);
        Assert.Equal(EvidenceExtension.Encode(request.Evidence), EvidenceExtension.Encode(EvidenceExtension.TryRead(leaf)!));
    }

    [Fact]
    public async Task Evidence_too_long_for_a_certificate_certifies_without_it()
    {
        var request = Request(Manifest);
        var padded = request with { Evidence = request.Evidence with { Certificates = [new byte[8 * 1024], new byte[8 * 1024]] } };
        var answer = Assert.IsType<AuthorityAnswer.Certified>(await Certify(padded));

        using var leaf = X509CertificateLoader.LoadCertificate(answer.Certificate);
        Assert.Null(EvidenceExtension.TryRead(leaf));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"challenge\":false}")]
    [InlineData("{\"challenge\":true,\"policy\":true}")]
    [InlineData("{\"collateral\":\"AA==\"}")]
    [InlineData("{\"collateral\":\"\"}")]
    [InlineData("[]")]
    public void What_is_no_request_is_refused_in_one_line(string message) =>
        Assert.DoesNotContain('\n', Assert.Throws<FormatException>(() => AuthorityRequest.Parse(System.Text.Encoding.UTF8.GetBytes(message))).Message);

    [Fact]
    public async Task Devices_that_the_claims_do_not_bind_are_refused()
    {
        var request = Request(Manifest);
        await AssertRefused("devices", request with { Evidence = request.Evidence with { Devices = [new DeviceEvidence(new byte[1], new byte[1])] } });
    }

    [Fact]
    public async Task A_manifest_of_another_authority_is_refused() =>
        await AssertRefused("names another authority", Request(CertifyCase.Manifest(Hash32.Sha256([9]))));

    [Fact]
    public async Task A_manifest_that_does_not_allow_development_is_refused() =>
        await AssertRefused("TEE type", Request(Manifest with { Tee = ["tdx"] }));

    [Fact]
    public async Task A_slot_that_the_manifest_does_not_have_is_refused() =>
        await AssertRefused("slot 3", Request(Manifest, lease: new LeaseId(new OrderId(7), 3)));

    [Fact]
    public async Task No_account_is_no_provider() => await AssertRefused("no account", Request(Manifest, provider: default(Address)));

    [Fact]
    public async Task A_manifest_in_another_layout_is_refused()
    {
        var request = Request(Manifest);
        await AssertRefused("canonical", request with { Manifest = [.. " "u8, .. request.Manifest] });
    }

    [Fact]
    public async Task What_is_no_manifest_is_refused() => await AssertRefused("manifest", Request(Manifest) with { Manifest = [1, 2, 3] });

    [Fact]
    public async Task Evidence_is_bound_to_every_part_of_the_request()
    {
        var request = Request(Manifest);
        await AssertRefused("context", request with { Epoch = new LeaseEpoch(3) });
        await AssertRefused("context", request with { Lease = new LeaseId(new OrderId(8), 1) });
        await AssertRefused("context", request with { Lease = new LeaseId(new OrderId(7), 2) });
        await AssertRefused("context", request with { Provider = CertifyCase.OrderBook });
        await AssertRefused("context", request with { Offer = new OfferId(6) });
        await AssertRefused("context", request with { OrderBook = CertifyCase.Provider });
        await AssertRefused("context", request with { Manifest = (Manifest with { Threads = 2 }).ToCanonicalBytes() });
    }

    [Fact]
    public async Task Evidence_for_another_key_is_refused()
    {
        using var other = P256.CreateKey();
        await AssertRefused("key", CertifyCase.Request(other, Manifest, _challenges.Issue(Hash32.Sha256(other.ExportSubjectPublicKeyInfo()))));
    }

    [Fact]
    public async Task Requests_and_answers_are_read_back_as_they_were_written()
    {
        var request = Request(Manifest);
        AuthorityRequest[] requests = [new AuthorityRequest.Certify(request), new AuthorityRequest.Challenge(), new AuthorityRequest.Policy(), new AuthorityRequest.Collateral(request.Evidence)];
        foreach (var one in requests) Assert.Equal(one.ToBytes(), AuthorityRequest.Parse(one.ToBytes()).ToBytes());
        foreach (var answer in new[] { await Certify(request), new AuthorityAnswer.Refused("no"), new AuthorityAnswer.Refused("wait", IsTransient: true), new AuthorityAnswer.Challenged(new byte[Challenges.Size]), new AuthorityAnswer.Policy([1]), new AuthorityAnswer.Collateral([2]), new AuthorityAnswer.Collateral([2]) { PlatformKeys = [3] } })
            Assert.Equal(answer.ToBytes(), AuthorityAnswer.Parse(answer.ToBytes()).ToBytes());
    }

    private Hash32 KeyHash => Hash32.Sha256(_key.ExportSubjectPublicKeyInfo());

    private CertifyRequest Request(Manifest manifest, ulong chainId = 31337, LeaseId? lease = null, Address? provider = null) =>
        CertifyCase.Request(_key, manifest, _challenges.Issue(KeyHash), chainId, lease, provider);

    private Certifier Certifier(ulong? developmentChainId, AttestationPolicy? policy = null) => new(
        _authority, new EvidenceVerifier(TrustRoots.Vendors, developmentChainId), () => policy ?? AttestationPolicy.Strict with { Types = ["tdx", "development"] },
        new NoCollateral(), _challenges, TimeProvider.System);

    private Task<AuthorityAnswer> Certify(CertifyRequest request) => Certifier(31337).Certify(request, _key, TestContext.Current.CancellationToken);

    private async Task AssertRefused(string reason, CertifyRequest request) =>
        Assert.Contains(reason, Assert.IsType<AuthorityAnswer.Refused>(await Certify(request)).Reason, StringComparison.Ordinal);
}
