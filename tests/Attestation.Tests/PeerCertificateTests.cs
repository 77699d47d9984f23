using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SwarmCompute.Attestation.Tests;

public sealed class PeerCertificateTests
{
    private static readonly SwarmIdentity Guest =
        new SwarmIdentity.Guest(new OrderId(7), 1, new LeaseEpoch(2), Address.Parse("0x00000000000000000000000000000000000000aa"));

    public static TheoryData<SwarmIdentity> Identities => [Guest, new SwarmIdentity.Silo(new NodeId("node-1")), new SwarmIdentity.Authority()];

    [Theory, MemberData(nameof(Identities))]
    public void A_certificate_of_the_pinned_root_is_accepted_and_names_its_identity(SwarmIdentity identity)
    {
        using var authority = CertificateAuthority.Create(TimeProvider.System);
        using var key = P256.CreateKey();
        using var leaf = authority.Issue(identity, key, TimeSpan.FromHours(1));

        Assert.Null(PeerCertificate.Refusal(leaf, authority.Root, TimeProvider.System.GetUtcNow(), out var read));
        Assert.Equal(identity, read);
    }

    [Fact]
    public void A_certificate_of_another_root_of_the_same_name_is_refused()
    {
        using var authority = CertificateAuthority.Create(TimeProvider.System);
        using var other = CertificateAuthority.Create(TimeProvider.System);
        using var key = P256.CreateKey();
        using var leaf = other.Issue(Guest, key, TimeSpan.FromHours(1));

        Assert.NotNull(PeerCertificate.Refusal(leaf, authority.Root, TimeProvider.System.GetUtcNow(), out var read));
        Assert.Null(read);
    }

    [Theory, InlineData(-1.0), InlineData(2.0)]
    public void A_certificate_outside_its_validity_is_refused(double hours)
    {
        using var authority = CertificateAuthority.Create(TimeProvider.System);
        using var key = P256.CreateKey();
        using var leaf = authority.Issue(Guest, key, TimeSpan.FromHours(1));

        var refusal = PeerCertificate.Refusal(leaf, authority.Root, TimeProvider.System.GetUtcNow().AddHours(hours), out _);
        Assert.Contains("NotTimeValid", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void The_root_itself_is_no_peer()
    {
        using var authority = CertificateAuthority.Create(TimeProvider.System);
        Assert.NotNull(PeerCertificate.Refusal(authority.Root, authority.Root, TimeProvider.System.GetUtcNow(), out _));
    }

    [Fact]
    public void A_leaf_cannot_issue_a_certificate()
    {
        using var authority = CertificateAuthority.Create(TimeProvider.System);
        using var key = P256.CreateKey();
        using var leaf = authority.Issue(Guest, key, TimeSpan.FromHours(1));
        using var signer = leaf.CopyWithPrivateKey(key);
        using var otherKey = P256.CreateKey();
        var request = new CertificateRequest("CN=SwarmCompute", otherKey, HashAlgorithmName.SHA256);
        foreach (var extension in leaf.Extensions) request.CertificateExtensions.Add(extension);
        using var forged = request.Create(
            signer.SubjectName, X509SignatureGenerator.CreateForECDsa(key), leaf.NotBefore, leaf.NotAfter, [1, 2, 3]);

        Assert.NotNull(PeerCertificate.Refusal(forged, authority.Root, TimeProvider.System.GetUtcNow(), out _));
    }

    [Fact]
    public void No_certificate_is_refused()
    {
        using var authority = CertificateAuthority.Create(TimeProvider.System);
        Assert.Equal("the peer presented no certificate", PeerCertificate.Refusal(null, authority.Root, TimeProvider.System.GetUtcNow(), out _));
    }

    [Theory]
    [InlineData("swarm://order/7/slot/1/epoch/2/provider/0x00000000000000000000000000000000000000AA")]
    [InlineData("swarm://order/07/slot/1/epoch/2/provider/0x00000000000000000000000000000000000000aa")]
    [InlineData("swarm://order/0/slot/1/epoch/2/provider/0x00000000000000000000000000000000000000aa")]
    [InlineData("swarm://order/7/slot/16/epoch/2/provider/0x00000000000000000000000000000000000000aa")]
    [InlineData("swarm://order/7/slot/1/epoch/4294967296/provider/0x00000000000000000000000000000000000000aa")]
    [InlineData("swarm://order/7/slot/1/epoch/2/provider/0x00000000000000000000000000000000000000aa/")]
    [InlineData("swarm://silo/Node")]
    [InlineData("swarm://authority/")]
    [InlineData("https://authority")]
    [InlineData("")]
    public void Any_other_spelling_names_nobody(string uri) => Assert.Null(SwarmIdentity.TryParse(uri));
}
