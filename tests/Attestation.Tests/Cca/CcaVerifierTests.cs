using System.Formats.Cbor;
using System.Security.Cryptography;

namespace SwarmCompute.Attestation.Tests;

public sealed class CcaVerifierTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly CcaPolicy Any = new(Challenge: null);

    [Theory]
    [InlineData(399UL, false, "sha-256")]
    [InlineData(399UL, true, "sha-512")]
    [InlineData(907UL, true, "sha-384")]
    [InlineData(907UL, false, "sha-256")]
    public void A_token_of_either_tag_and_profile_is_accepted(ulong tag, bool draft, string hash)
    {
        using var mint = new CcaMint { Tag = tag, Draft = draft, KeyHash = hash };
        var result = CcaVerifier.Verify(mint.Token(), mint.Keys, At, Any);
        Assert.True(result.Verdict == Verdict.Accepted, result.Why);
        Assert.Equal("cca", result.Type);
        Assert.Equal("0x3003", result.Claims["platform.lifecycle"]);
    }

    [Fact]
    public void A_platform_may_sign_on_P256()
    {
        using var mint = new CcaMint { PlatformKey = ECDsa.Create(ECCurve.NamedCurves.nistP256) };
        Assert.Equal(Verdict.Accepted, CcaVerifier.Verify(mint.Token(), mint.Keys, At, Any).Verdict);
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public void Platform_and_realm_may_sign_on_P521(bool draft)
    {
        using var mint = new CcaMint { Draft = draft, PlatformKey = ECDsa.Create(ECCurve.NamedCurves.nistP521), RealmKey = ECDsa.Create(ECCurve.NamedCurves.nistP521) };
        Assert.Equal("", CcaVerifier.Verify(mint.Token(), mint.Keys, At, Any).Why);
        using var wrong = new CcaMint { PlatformKey = mint.PlatformKey, PlatformAlgorithm = CcaMint.Es384 };
        AssertFails("cca.platform.signature", wrong.Token(), mint.Keys);
    }

    [Fact]
    public void A_store_of_trust_anchors_names_whose_key_is_whose()
    {
        using var mint = new CcaMint();
        using var other = new CcaMint();
        string Anchor(CcaMint of, string instance) => $"{{\"pkey\":{Jwk(of)},\"implementation-id\":\"{new string('0', 64)}\",\"instance-id\":\"{instance}\"}}";
        var own = "01" + string.Concat(Enumerable.Repeat("02", 32));
        var keys = CcaKeys.Read($" [{Anchor(other, "01FF")},{Anchor(mint, own)}]");
        Assert.Equal("", CcaVerifier.Verify(mint.Token(), new(keys), At, Any).Why);
        Assert.Equal("01ff", keys[0].Instance);
        AssertFails("cca.platform.key", mint.Token(), new(CcaKeys.Read($"[{Anchor(mint, "01ff")}]")));
        Assert.Single(CcaKeys.Read(mint.PlatformPem));
    }

    [Theory]
    [InlineData("[]"), InlineData("[1]"), InlineData("[{}]"), InlineData("[{\"pkey\":{}}]"), InlineData("[[[[[[]]]]]]"), InlineData("[")]
    [InlineData("[{\"pkey\":1,\"implementation-id\":\"zz\",\"instance-id\":\"00\"}]"), InlineData("{}"), InlineData("x")]
    public void What_is_no_store_is_not_read(string text) => Assert.Throws<FormatException>(() => CcaKeys.Read(text));

    private static string Jwk(CcaMint mint)
    {
        var q = mint.PlatformKey.ExportParameters(false).Q;
        return $"{{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"{System.Buffers.Text.Base64Url.EncodeToString(q.X!)}\",\"y\":\"{System.Buffers.Text.Base64Url.EncodeToString(q.Y!)}\"}}";
    }

    [Fact]
    public void A_key_is_read_from_a_json_web_key_too()
    {
        using var mint = new CcaMint();
        var key = CcaKey.Parse(Jwk(mint));
        Assert.Equal(Verdict.Accepted, CcaVerifier.Verify(mint.Token(), new([key]), At, Any).Verdict);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[1")]
    [InlineData("{\"kty\":\"EC\",\"crv\":\"P-521\",\"x\":\"AA\",\"y\":\"AA\"}")]
    [InlineData("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"!\",\"y\":\"AA\"}")]
    [InlineData("{\"kty\":1,\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----")]
    public void What_is_no_key_is_not_read(string text) => Assert.Throws<FormatException>(() => CcaKey.Parse(text));

    [Fact]
    public void Another_platforms_key_proves_nothing()
    {
        using var mint = new CcaMint();
        using var other = new CcaMint();
        AssertFails("cca.platform.signature", mint.Token(), other.Keys);
    }

    [Fact]
    public void A_platform_that_nobody_knows_may_become_known()
    {
        using var mint = new CcaMint();
        var check = AssertFails("cca.platform.key", mint.Token(), new([CcaKey.Parse(mint.PlatformPem, implementation: "ff")]));
        Assert.Equal(FailureClass.Transient, check.Class);
        AssertFails("cca.platform.key", mint.Token(), new([CcaKey.Parse(mint.PlatformPem, instance: "ff")]));
        AssertFails("cca.platform.key", mint.Token(), new([]));
        var failed = CcaVerifier.Verify(mint.Token(), new([]), At, Any).Checks.Where(c => !c.Passed);
        Assert.All(failed, c => Assert.Equal(FailureClass.Transient, c.Class));
    }

    [Fact]
    public void A_key_is_trusted_as_long_as_it_is_vouched_for()
    {
        using var mint = new CcaMint();
        Assert.Equal(At, CcaVerifier.Verify(mint.Token(), new([CcaKey.Parse(mint.PlatformPem, expiresAt: At)]), At, Any).ExpiresAt);
        AssertFails("cca.platform.key.expired", mint.Token(), new([CcaKey.Parse(mint.PlatformPem, expiresAt: At.AddSeconds(-1))]));
    }

    [Fact]
    public void A_realm_of_another_platform_is_not_bound()
    {
        using var mint = new CcaMint();
        using var other = new CcaMint();
        var result = CcaVerifier.Verify(mint.Collection(mint.Platform(), other.Realm()), mint.Keys, At, Any);
        Assert.Equal(["cca.binding"], result.Checks.Where(c => !c.Passed).Select(c => c.Code));
    }

    [Fact]
    public void A_realm_that_its_key_did_not_sign_is_refused()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var q = other.ExportParameters(false).Q;
        using var mint = new CcaMint { RealmKeyClaim = [4, .. q.X!, .. q.Y!] };
        AssertFails("cca.realm.signature", mint.Token(), mint.Keys);
    }

    [Fact]
    public void A_realm_key_off_the_curve_is_refused()
    {
        using var mint = new CcaMint { RealmKeyClaim = [4, .. Enumerable.Repeat((byte)7, 96)] };
        AssertFails("cca.realm.key", mint.Token(), mint.Keys);
    }

    [Fact]
    public void The_forms_of_the_key_belong_to_their_profiles()
    {
        using var mint = new CcaMint { RealmProfile = "tag:arm.com,2023:realm#1.0.0" };
        AssertFails("cca.realm.key", mint.Token(), mint.Keys);
    }

    [Theory]
    [InlineData(0x0000)]
    [InlineData(0x2000)]
    [InlineData(0x4000)]
    [InlineData(0x5000)]
    public void A_platform_that_is_not_secured_is_refused_by_policy(int lifecycle)
    {
        using var mint = new CcaMint { Lifecycle = (ushort)lifecycle };
        Assert.Equal(FailureClass.Policy, AssertFails("cca.lifecycle", mint.Token(), mint.Keys).Class);
        Assert.Equal(Verdict.Accepted, CcaVerifier.Verify(mint.Token(), mint.Keys, At, Any with { AllowUnsecured = true }).Verdict);
    }

    [Fact]
    public void What_the_policy_names_is_judged()
    {
        using var mint = new CcaMint { Challenge = [1, 2, 3, .. new byte[61]] };
        string Of(string type) => Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(type)));
        var zeros = new string('0', 64);
        var policy = new CcaPolicy(new byte[] { 1, 2, 3 })
        {
            InitialMeasurements = [zeros, string.Concat(Enumerable.Repeat("11", 32))],
            ExtensibleMeasurements = [zeros, null, zeros, null],
            Personalization = zeros + zeros,
            Configurations = ["cfcf"],
            Implementations = [zeros],
            Components = [new("BL", Of("BL"), zeros), new("RMM", Of("RMM"), null) { Version = "1.2" }],
        };
        var result = CcaVerifier.Verify(mint.Token(), mint.Keys, At, policy);
        Assert.True(result.Verdict == Verdict.Accepted, result.Why);
        AssertFails("cca.challenge", mint.Token(), mint.Keys, policy with { Challenge = new byte[] { 1, 2, 4 } });
        AssertFails("cca.challenge", mint.Token(), mint.Keys, policy with { Challenge = Array.Empty<byte>() });
        AssertFails("cca.challenge", mint.Token(), mint.Keys, policy with { Challenge = new byte[65] });
        AssertFails("cca.realm.initial", mint.Token(), mint.Keys, policy with { InitialMeasurements = [] });
        AssertFails("cca.realm.extensible", mint.Token(), mint.Keys, policy with { ExtensibleMeasurements = [null, "11", null, null] });
        AssertFails("cca.realm.extensible", mint.Token(), mint.Keys, policy with { ExtensibleMeasurements = [] });
        AssertFails("cca.realm.personalization", mint.Token(), mint.Keys, policy with { Personalization = "" });
        AssertFails("cca.configuration", mint.Token(), mint.Keys, policy with { Configurations = [] });
        AssertFails("cca.implementation", mint.Token(), mint.Keys, policy with { Implementations = ["11"] });
        AssertFails("cca.components", mint.Token(), mint.Keys, policy with { Components = [new("BL", Of("BL"), zeros)] });
        AssertFails("cca.components", mint.Token(), mint.Keys, policy with { Components = [.. policy.Components.Value, new("TB", zeros, null)] });
    }

    [Theory]
    [InlineData(10), InlineData(265), InlineData(2396), InlineData(256), InlineData(2401), InlineData(2395), InlineData(2402), InlineData(2399)]
    public void A_platform_that_leaves_a_claim_out_is_refused(long claim)
    {
        using var mint = new CcaMint { Without = claim };
        AssertFails("cca.platform.claims", mint.Token(), mint.Keys);
    }

    [Theory]
    [InlineData(10), InlineData(44235), InlineData(44236), InlineData(44237), InlineData(44238), InlineData(44239), InlineData(44240)]
    public void A_realm_that_leaves_a_claim_out_is_refused(long claim)
    {
        using var mint = new CcaMint { Without = claim };
        AssertFails("cca.realm.claims", mint.Token(), mint.Keys);
    }

    [Fact]
    public void Unknown_profiles_are_refused()
    {
        using var mint = new CcaMint { PlatformProfile = "http://arm.com/CCA-SSD/2.0.0" };
        AssertFails("cca.platform.claims", mint.Token(), mint.Keys);
        using var realm = new CcaMint { RealmProfile = "tag:arm.com,2023:realm#2.0.0" };
        AssertFails("cca.realm.claims", realm.Token(), realm.Keys);
    }

    [Fact]
    public void An_algorithm_other_than_the_curves_own_is_refused()
    {
        using var mint = new CcaMint { PlatformAlgorithm = CcaMint.Es256 };
        AssertFails("cca.platform.signature", mint.Token(), mint.Keys);
    }

    private static Check AssertFails(string code, byte[] token, CcaKeys keys, CcaPolicy? policy = null)
    {
        var result = CcaVerifier.Verify(token, keys, At, policy ?? Any);
        Assert.Equal(Verdict.Refused, result.Verdict);
        Assert.Contains(code, result.Checks.Select(c => c.Code));
        return result.Checks.First(c => c.Code == code);
    }
}
