using SwarmCompute.Attestation;
using SwarmCompute.Grains.Leases;
using SwarmCompute.Grains.Tests.Cluster;

namespace SwarmCompute.Grains.Tests.Leases;

public sealed class GuestChecksTests : IDisposable
{
    private static readonly LeaseId Head = new(new OrderId(7), 0);
    private static readonly Address Provider = Address.Parse("0x00000000000000000000000000000000000000d1");

    private static readonly Hash32 Manifest = Hash32.Sha256("manifest"u8);

    private static readonly OfferId Offer = new(5);

    private readonly GuestForge _forge = new();

    [Fact]
    public void A_report_file_may_be_as_large_here_as_where_it_is_made() => Assert.Equal(SignedReport.BytesMax, WireLimits.ReportBytesMax);

    [Fact]
    public void A_certified_guest_of_the_lease_is_taken() => Assert.Null(Refusal(Certified()));

    [Theory]
    [InlineData("signature", "signature over the lease does not verify")]
    [InlineData("key", "another key")]
    [InlineData("endpoint", "https")]
    [InlineData("overlay", "overlay endpoint")]
    [InlineData("certificate", "cannot be read")]
    [InlineData("size", "more than")]
    public void A_guest_that_was_tampered_with_is_refused(string what, string reason)
    {
        var identity = Certified();
        var tampered = what switch
        {
            "signature" => identity with { LeaseSignature = [.. identity.LeaseSignature.Select((b, i) => i == 5 ? (byte)(b ^ 1) : b)] },
            "key" => identity with { KeyX = Hash32.Sha256("other"u8) },
            "endpoint" => identity with { ApiEndpoint = "http://127.0.0.1:1" },
            "overlay" => identity with { OverlayEndpoint = "" },
            "certificate" => identity with { CertificateDer = [1, 2, 3] },
            _ => identity with { CertificateDer = new byte[WireLimits.CertificateBytesMax + 1] },
        };
        Assert.Contains(reason, Refusal(tampered), StringComparison.Ordinal);
    }

    [Fact]
    public void A_guest_of_another_lease_epoch_or_provider_is_refused()
    {
        Assert.Contains("names", Refusal(_forge.Certify(Head, new LeaseEpoch(3), Provider, Offer, Manifest).Identity), StringComparison.Ordinal);
        Assert.Contains("names", Refusal(_forge.Certify(new LeaseId(new OrderId(8), 0), new LeaseEpoch(2), Provider, Offer, Manifest).Identity), StringComparison.Ordinal);
        Assert.Contains("names", Refusal(_forge.Certify(Head, new LeaseEpoch(2), default, Offer, Manifest).Identity), StringComparison.Ordinal);
    }

    [Fact]
    public void A_guest_that_was_certified_for_another_offer_is_refused() =>
        Assert.Contains("signature over the lease", Refusal(_forge.Certify(Head, new LeaseEpoch(2), Provider, new OfferId(6), Manifest).Identity), StringComparison.Ordinal);

    [Fact]
    public void A_count_counts_only_with_the_guests_signature()
    {
        var guest = _forge.Certify(Head, new LeaseEpoch(2), Provider, Offer, Manifest);
        var count = guest.Count(units: 7);
        Assert.Null(Judge(count));
        Assert.NotNull(Judge(count with { Units = 8 }));
        Assert.NotNull(Judge(count with { Units = -1 }));
        Assert.NotNull(Judge(count with { Signature = new byte[63] }));
        Assert.NotNull(GuestChecks.Refusal(Head, Grant() with { Epoch = new LeaseEpoch(3) }, guest.Identity, count, GuestForge.Chain));

        string? Judge(GuestReport.Checkpoint given) => GuestChecks.Refusal(Head, Grant(), guest.Identity, given, GuestForge.Chain);
    }

    [Fact]
    public void A_guest_of_another_authority_is_refused()
    {
        using var other = new GuestForge();
        Assert.Contains("authority", Refusal(other.Certify(Head, new LeaseEpoch(2), Provider, Offer, Manifest).Identity), StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_counts_only_with_the_guests_signature_over_its_hash_and_units()
    {
        var guest = _forge.Certify(Head, new LeaseEpoch(2), Provider, Offer, Manifest);
        var report = guest.Report(units: 7);
        Assert.Null(Judge(report));
        Assert.NotNull(Judge(report with { Units = 8 }));
        Assert.NotNull(Judge(report with { Hash = default }));
        Assert.NotNull(Judge(report with { Signature = new byte[63] }));
        Assert.NotNull(Judge(report with { File = new byte[WireLimits.ReportBytesMax + 1] }));
        Assert.Contains("refused", Judge(report with { File = [1] }), StringComparison.Ordinal);
        Assert.Contains("something else", Judge(report with { File = guest.Report(units: 8).File }), StringComparison.Ordinal);
        Assert.NotNull(GuestChecks.Refusal(Head, Grant() with { Epoch = new LeaseEpoch(3) }, guest.Identity, report, GuestForge.Chain));
        Assert.NotNull(GuestChecks.Refusal(Head, Grant() with { ManifestHash = default }, guest.Identity, report, GuestForge.Chain));

        string? Judge(SignedReportRecord given) => GuestChecks.Refusal(Head, Grant(), guest.Identity, given, GuestForge.Chain);
    }

    public void Dispose() => _forge.Dispose();

    private GuestIdentity Certified() => _forge.Certify(Head, new LeaseEpoch(2), Provider, Offer, Manifest).Identity;

    private string? Refusal(GuestIdentity identity) => GuestChecks.Refusal(Head, Grant(), identity, GuestForge.Chain, TimeProvider.System.GetUtcNow());

    private LeaseGrant Grant() => new(new LeaseEpoch(2), new NodeId("node-1"), "1", Provider, Manifest, _forge.Authority, Offer);
}
