using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SwarmCompute.Attestation.Tests;

public sealed class PkiChainTests
{
    private static readonly DateTimeOffset At = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TestCertificateOptions Authority = new() { Authority = true, PathLength = 0 };

    private readonly TestAuthority _root = TestAuthority.Root("root");

    public static TheoryData<string> Keys => ["P-256", "P-384", "RSA"];

    [Theory, MemberData(nameof(Keys))]
    public void A_chain_of_every_accepted_algorithm_holds_as_it_does_for_the_platform(string kind)
    {
        var root = TestAuthority.Root("root", Key(kind));
        var ca = root.Issue("ca", Authority, Key(kind));
        var leaf = ca.Issue("leaf", key: Key(kind));

        Assert.Equal(PkiVerdict.Held, PkiChain.Check(Chain(leaf, ca, root), root.Certificate.Hash, At, new(3, "leaf")));
        Assert.True(PlatformAccepts(leaf, ca, root));
        Assert.Equal(TestAuthority.Until, PkiChain.ExpiresAt(Chain(leaf, ca, root)));
    }

    [Fact]
    public void Another_root_is_refused_even_where_the_chain_brings_it()
    {
        var other = TestAuthority.Root("root");
        var leaf = other.Issue("leaf");
        Assert.Equal(PkiReason.Root, Reason(_root, 2, leaf, other));
        Assert.Equal(PkiReason.Signature, Reason(_root, 2, leaf, _root));
    }

    [Fact]
    public void The_length_is_exact()
    {
        var ca = _root.Issue("ca", Authority);
        Assert.Equal(PkiReason.Length, Reason(_root, 2, ca.Issue("leaf"), ca, _root));
        Assert.Equal(PkiReason.Length, Reason(_root, 1));
    }

    [Fact]
    public void A_leaf_cannot_issue()
    {
        var middle = _root.Issue("ca");
        Assert.Equal(PkiReason.Authority, Reason(_root, 3, middle.Issue("leaf"), middle, _root));
        var without = _root.Issue("ca", new() { Constraints = false });
        Assert.Equal(PkiReason.Authority, Reason(_root, 3, without.Issue("leaf"), without, _root));
    }

    [Fact]
    public void An_authority_is_no_leaf_and_a_leaf_no_authority()
    {
        var (ca, leaf) = (_root.Issue("ca", Authority), _root.Issue("leaf"));
        Assert.Equal(PkiReason.Authority, Reason(_root, 2, ca, _root));
        Assert.True(PkiChain.Check(Chain(ca, _root), _root.Certificate.Hash, At, new(2, LeafIsAuthority: true)).Holds);
        Assert.Equal(PkiReason.Authority, PkiChain.Check(Chain(leaf, _root), _root.Certificate.Hash, At, new(2, LeafIsAuthority: true)).Reason);
    }

    [Fact]
    public void A_key_that_may_not_sign_certificates_signs_none()
    {
        var ca = _root.Issue("ca", Authority with { Usage = X509KeyUsageFlags.CrlSign });
        Assert.Equal(PkiReason.KeyUsage, Reason(_root, 3, ca.Issue("leaf"), ca, _root));
    }

    [Fact]
    public void More_authorities_than_allowed_are_refused()
    {
        var upper = _root.Issue("upper", Authority);
        var lower = upper.Issue("lower", Authority);
        Assert.Equal(PkiReason.PathLength, Reason(_root, 4, lower.Issue("leaf"), lower, upper, _root));
    }

    [Fact]
    public void Names_must_link_also_where_signatures_do()
    {
        var leaf = _root.Issue("leaf", new() { IssuerName = TestAuthority.Root("other") });
        Assert.Equal(PkiReason.Name, Reason(_root, 2, leaf, _root));
        Assert.Equal(PkiReason.Name, PkiChain.Check(Chain(_root.Issue("leaf"), _root), _root.Certificate.Hash, At, new(2, "signer")).Reason);
    }

    [Fact]
    public void Time_is_judged_at_both_ends()
    {
        Assert.Equal(PkiReason.Expired, Reason(_root, 2, _root.Issue("leaf", new() { Until = At.AddSeconds(-1) }), _root));
        Assert.Equal(PkiReason.NotYetValid, Reason(_root, 2, _root.Issue("leaf", new() { From = At.AddSeconds(1) }), _root));
    }

    [Fact]
    public void An_unknown_critical_extension_is_refused_unless_the_caller_reads_it()
    {
        var leaf = _root.Issue("leaf", new() { Extensions = [new X509Extension("1.2.3.4", [5, 0], critical: true)] });
        Assert.Equal(PkiReason.CriticalExtension, Reason(_root, 2, leaf, _root));
        Assert.True(PkiChain.Check(Chain(leaf, _root), _root.Certificate.Hash, At, new(2, KnownCritical: ["1.2.3.4"])).Holds);
    }

    [Fact]
    public void Another_algorithm_than_the_demanded_one_is_refused()
    {
        var leaf = _root.Issue("leaf");
        Assert.Equal(PkiReason.Algorithm, PkiChain.Check(Chain(leaf, _root), _root.Certificate.Hash, At, new(2, null, PkiAlgorithm.EcdsaP384Sha384)).Reason);
    }

    [Fact]
    public void No_byte_of_a_certificate_can_change_unnoticed()
    {
        var leaf = _root.Issue("leaf");
        for (var i = 0; i < leaf.Der.Length; i++)
        {
            var changed = leaf.Der.ToArray();
            changed[i] ^= 0x20;
            if (PkiCertificate.TryParse(changed, out var parsed))
                Assert.False(PkiChain.Check([parsed!, _root.Certificate], _root.Certificate.Hash, At, new(2)).Holds, $"byte {i}");
        }
    }

    private static AsymmetricAlgorithm Key(string kind) => kind switch
    {
        "RSA" => RSA.Create(2048),
        "P-384" => ECDsa.Create(ECCurve.NamedCurves.nistP384),
        _ => P256.CreateKey(),
    };

    private static ImmutableArray<PkiCertificate> Chain(params TestAuthority[] chain) => [.. chain.Select(c => c.Certificate)];

    private static string Reason(TestAuthority root, int length, params TestAuthority[] chain) =>
        PkiChain.Check(Chain(chain), root.Certificate.Hash, At, new(length)).Reason;

    private static bool PlatformAccepts(params TestAuthority[] chain)
    {
        using var platform = new X509Chain();
        platform.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        platform.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        platform.ChainPolicy.DisableCertificateDownloads = true;
        platform.ChainPolicy.VerificationTime = At.UtcDateTime;
        platform.ChainPolicy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificate(chain[^1].Der));
        foreach (var one in chain[1..^1]) platform.ChainPolicy.ExtraStore.Add(X509CertificateLoader.LoadCertificate(one.Der));
        using var leaf = X509CertificateLoader.LoadCertificate(chain[0].Der);
        return platform.Build(leaf);
    }
}
