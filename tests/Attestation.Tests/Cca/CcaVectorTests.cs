using System.Text.Json;

namespace SwarmCompute.Attestation.Tests;

/// <summary>Tokens of Veraison, TF-RMM and Trustee, where <see cref="VectorFolder"/> finds them.</summary>
public sealed class CcaVectorTests
{
    private static readonly DateTimeOffset At = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly string? Folder = VectorFolder.Find("cca");

    [Theory]
    [InlineData("tfrmm_legacy_399.cbor", "tfrmm_cpak.pub.pem")]
    [InlineData("trustee_rse_399.cbor", "trustee_cpak.jwk.json")]
    [InlineData("trustee_rse_399.cbor", "tfrmm_cpak.pub.pem")]
    [InlineData("ccatoken_testGoodCCAToken.cbor", "veraison_iak.jwk.json")]
    [InlineData("ccatoken_testGoodLegacyCCAToken.cbor", "veraison_iak.jwk.json")]
    [InlineData("veraison_scheme_good.cbor", "veraison_iak.jwk.json")]
    public void A_good_token_is_accepted(string token, string key)
    {
        if (Folder is null) return;
        var result = CcaVerifier.Verify(Bytes(token), Key(key), At, new(Challenge: null));
        Assert.True(result.Verdict == Verdict.Accepted, result.Why);
    }

    [Fact]
    public void The_challenge_of_TF_RMM_is_found()
    {
        if (Folder is null) return;
        var policy = new CcaPolicy(Enumerable.Repeat((byte)0xAB, 64).ToArray());
        Assert.Equal(Verdict.Accepted, CcaVerifier.Verify(Bytes("tfrmm_legacy_399.cbor"), Key("tfrmm_cpak.pub.pem"), At, policy).Verdict);
    }

    [Fact]
    public void The_reference_values_and_trust_anchors_of_Trustee_hold()
    {
        if (Folder is null) return;
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "trustee_rvstore.json")));
        using var anchors = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "trustee_tastore.json")));
        var platform = json.RootElement.GetProperty("platform")[0];
        var realm = json.RootElement.GetProperty("realm")[0];
        var anchor = anchors.RootElement[0];
        var policy = new CcaPolicy(Challenge: null)
        {
            Components = [.. platform.GetProperty("sw-components").EnumerateArray()
                .Select(c => new CcaComponent(Text(c, "component-type"), Text(c, "measurement-value"), Text(c, "signer-id")))],
            Configurations = [Text(platform, "platform-configuration")],
            Implementations = [Text(platform, "implementation-id")],
            InitialMeasurements = [Text(realm, "initial-measurement")],
            ExtensibleMeasurements = [.. realm.GetProperty("extensible-measurements").EnumerateArray().Select(m => m.GetString())],
            Personalization = Text(realm, "personalization-value"),
        };
        var key = CcaKey.Parse(anchor.GetProperty("pkey").GetRawText(), Text(anchor, "implementation-id"), Text(anchor, "instance-id"));
        var result = CcaVerifier.Verify(Bytes("trustee_rse_399.cbor"), new([key]), At, policy);
        Assert.True(result.Verdict == Verdict.Accepted, result.Why);
        Assert.Equal(13, policy.Components.Value.Length);
    }

    [Theory]
    [InlineData("tfrmm_legacy_399.cbor", "veraison_iak.jwk.json")]
    [InlineData("trustee_rse_399.cbor", "veraison_iak.jwk.json")]
    [InlineData("ccatoken_testGoodCCAToken.cbor", "tfrmm_cpak.pub.pem")]
    [InlineData("ccatoken_testGoodLegacyCCAToken.cbor", "trustee_cpak.jwk.json")]
    public void Another_platforms_key_is_refused(string token, string key)
    {
        if (Folder is null) return;
        Assert.Equal(["cca.platform.signature"], Codes(Bytes(token), key));
    }

    [Fact]
    public void A_byte_of_the_realms_key_changed_breaks_signature_and_binding()
    {
        if (Folder is null) return;
        var token = Bytes("ccatoken_testGoodCCAToken.cbor");
        var at = token.AsSpan().IndexOf(Convert.FromHexString("a401022002215830"));
        token[at + 10] ^= 1;
        Assert.Equal(["cca.realm.key", "cca.binding"], Codes(token, "veraison_iak.jwk.json"));
    }

    [Fact]
    public void Another_tokens_realm_is_not_bound()
    {
        if (Folder is null) return;
        var spliced = Splice(Bytes("ccatoken_testGoodLegacyCCAToken.cbor"), Bytes("tfrmm_legacy_399.cbor"));
        Assert.Equal(["cca.binding"], Codes(spliced, "veraison_iak.jwk.json"));
    }

    private static byte[] Splice(byte[] platform, byte[] realm)
    {
        var one = ((CborNode.Map)((CborNode.Tagged)CborDocument.Read(platform, out _)!).Content)[44234]!;
        var two = ((CborNode.Map)((CborNode.Tagged)CborDocument.Read(realm, out _)!).Content)[44241]!;
        return CborDocument.Encode(new CborNode.Tagged(399, new CborNode.Map([new(44234, one), new(44241, two)])));
    }

    private static IEnumerable<string> Codes(byte[] token, string key) =>
        CcaVerifier.Verify(token, Key(key), At, new(Challenge: null)).Checks.Where(c => !c.Passed).Select(c => c.Code);

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(Folder!, name));

    private static CcaKeys Key(string name) => new([CcaKey.Parse(File.ReadAllText(Path.Combine(Folder!, name)))]);
}
