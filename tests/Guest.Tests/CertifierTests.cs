using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SwarmCompute.Attestation;
using SwarmCompute.Guest.Authority;

namespace SwarmCompute.Guest.Tests;

public sealed class CertifierTests : IDisposable
{
    private readonly CertificateAuthority _authority = CertificateAuthority.Create(TimeProvider.System);
    private readonly ECDsa _key = P256.CreateKey();

    private Manifest Manifest => CertifyCase.Manifest(_authority.KeyHash);

    public void Dispose()
    {
        _authority.Dispose();
        _key.Dispose();
    }

    [Fact]
    public void A_bound_key_is_certified_for_its_lease_and_the_lease_is_signed_for_the_chain()
    {
        var answer = Assert.IsType<CertifyAnswer.Certified>(Certify(CertifyCase.Request(_key, Manifest)));

        using var leaf = X509CertificateLoader.LoadCertificate(answer.Certificate);
        Assert.Null(PeerCertificate.Refusal(leaf, _authority.Root, TimeProvider.System.GetUtcNow(), out var identity));
        Assert.Equal(new SwarmIdentity.Guest(new OrderId(7), 1, new LeaseEpoch(2), CertifyCase.Provider), identity);
        Assert.Equal(P256.KeyHash(_key), P256.KeyHash(leaf));
        var statement = new LeaseStatement(31337, CertifyCase.OrderBook, CertifyCase.Lease, new LeaseEpoch(2), CertifyCase.Offer, DevelopmentEvidence.LeaseMeasurement, P256.KeyHash(_key));
        Assert.True(P256.Verify(_authority.Root, statement.ToBytes(), answer.LeaseSignature));
    }

    [Fact]
    public void Development_evidence_on_another_chain_is_refused() =>
        AssertRefused("development evidence is refused on chain 56", CertifyCase.Request(_key, Manifest, chainId: 56));

    [Fact]
    public void An_authority_without_a_development_chain_accepts_no_development_evidence() => Assert.IsType<CertifyAnswer.Refused>(
        new Certifier(_authority, EvidenceVerifier.Default, developmentChainId: null).Certify(CertifyCase.Request(_key, Manifest), _key));

    [Fact]
    public void A_manifest_of_another_authority_is_refused() =>
        AssertRefused("names another authority", CertifyCase.Request(_key, CertifyCase.Manifest(Hash32.Sha256([9]))));

    [Fact]
    public void A_manifest_that_does_not_allow_development_is_refused() =>
        AssertRefused("TEE type", CertifyCase.Request(_key, Manifest with { Tee = ["tdx"] }));

    [Fact]
    public void A_slot_that_the_manifest_does_not_have_is_refused() =>
        AssertRefused("slot 3", CertifyCase.Request(_key, Manifest, lease: new LeaseId(new OrderId(7), 3)));

    [Fact]
    public void No_account_is_no_provider() => AssertRefused("no account", CertifyCase.Request(_key, Manifest, provider: default(Address)));

    [Fact]
    public void A_manifest_in_another_layout_is_refused()
    {
        var request = CertifyCase.Request(_key, Manifest);
        AssertRefused("canonical", request with { Manifest = [.. " "u8, .. request.Manifest] });
    }

    [Fact]
    public void What_is_no_manifest_is_refused() => AssertRefused("manifest", CertifyCase.Request(_key, Manifest) with { Manifest = [1, 2, 3] });

    [Fact]
    public void Evidence_is_bound_to_every_part_of_the_request()
    {
        var request = CertifyCase.Request(_key, Manifest);
        AssertRefused("report data", request with { Epoch = new LeaseEpoch(3) });
        AssertRefused("report data", request with { Lease = new LeaseId(new OrderId(8), 1) });
        AssertRefused("report data", request with { Lease = new LeaseId(new OrderId(7), 2) });
        AssertRefused("report data", request with { Provider = CertifyCase.OrderBook });
        AssertRefused("report data", request with { Offer = new OfferId(6) });
        AssertRefused("report data", request with { OrderBook = CertifyCase.Provider });
        AssertRefused("report data", request with { Manifest = (Manifest with { Threads = 2 }).ToCanonicalBytes() });
    }

    [Fact]
    public void Evidence_for_another_key_is_refused()
    {
        using var other = P256.CreateKey();
        AssertRefused("report data", CertifyCase.Request(other, Manifest));
    }

    [Fact]
    public void Requests_and_answers_are_read_back_as_they_were_written()
    {
        var request = CertifyCase.Request(_key, Manifest);
        Assert.Equal(request.ToBytes(), CertifyRequest.Parse(request.ToBytes()).ToBytes());
        foreach (var answer in new[] { Certify(request), new CertifyAnswer.Refused("no") })
            Assert.Equal(answer.ToBytes(), CertifyAnswer.Parse(answer.ToBytes()).ToBytes());
    }

    private CertifyAnswer Certify(CertifyRequest request) => new Certifier(_authority, EvidenceVerifier.Default, 31337).Certify(request, _key);

    private void AssertRefused(string reason, CertifyRequest request) =>
        Assert.Contains(reason, Assert.IsType<CertifyAnswer.Refused>(Certify(request)).Reason, StringComparison.Ordinal);
}
