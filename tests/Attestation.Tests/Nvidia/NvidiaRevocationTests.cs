using System.Security.Cryptography.X509Certificates;

namespace SwarmCompute.Attestation.Tests;

public sealed class NvidiaRevocationTests
{
    private static readonly DateTimeOffset At = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset From = At.AddHours(-1), Until = At.AddHours(5);
    private readonly NvidiaMint _mint = new();

    [Fact]
    public void A_response_for_every_certificate_is_demanded_by_default()
    {
        var all = All();
        Assert.Equal("", Codes(all));
        Assert.Equal(Until, Verify(all).ExpiresAt);
        foreach (var missing in all) Assert.Equal("nvidia.revocation.missing", Codes([.. all.Where(r => r != missing)]));
        Assert.Equal(FailureClass.Transient, Verify([]).Checks.First(c => !c.Passed).Class);
    }

    [Theory]
    [InlineData(6, "certificate hold")]
    [InlineData(1, "key compromise")]
    [InlineData(200, "another reason")]
    [InlineData(-1, "not known")]
    public void A_certificate_that_is_not_good_is_refused_also_where_it_is_only_held(int reason, string why)
    {
        var all = All();
        all.Add(OcspMint.Response(_mint.Devices[1], _mint.Devices[2], From, Until, reason));
        var check = Verify(all).Checks.Single(c => !c.Passed);
        Assert.Equal(("nvidia.revocation.revoked", FailureClass.Permanent), (check.Code, check.Class));
        Assert.Contains(why, check.Detail);
        Assert.Contains("nvidia.revocation.revoked", Codes([OcspMint.Response(_mint.Devices[1], _mint.Devices[2], From, Until, reason)], require: false));
    }

    [Fact]
    public void A_response_of_another_time_says_nothing()
    {
        Assert.Contains("nvidia.revocation.time", Codes([Of(From: At.AddHours(-3), Until: At.AddHours(-1))], require: false));
        Assert.Contains("nvidia.revocation.time", Codes([Of(From: At.AddHours(1), Until: At.AddHours(2))], require: false));
        Assert.Contains("nvidia.revocation.time", Codes([Of(From: At.AddDays(-2), Until: null)], require: false));
        Assert.Equal("", Codes([Of(From: At.AddHours(-2), Until: null)], require: false));
        Assert.Contains("nvidia.revocation.time", Codes([Of(From: new(9999, 12, 31, 0, 0, 0, TimeSpan.Zero), Until: null)], require: false));

        byte[] Of(DateTimeOffset From, DateTimeOffset? Until) => OcspMint.Response(_mint.Devices[1], _mint.Devices[2], From, Until);
    }

    [Fact]
    public void A_responder_is_the_issuer_or_whom_the_issuer_made_one()
    {
        var issuer = _mint.Devices[2];
        X509Extension usage = new X509EnhancedKeyUsageExtension([new("1.3.6.1.5.5.7.3.9")], critical: true);
        var responder = issuer.Issue("Responder", new() { Extensions = [usage] }, NvidiaMint.Key());
        Assert.Equal("", Codes([Of(responder)], require: false));
        Assert.Contains("nvidia.revocation.signature", Codes([Of(issuer.Issue("No responder", new(), NvidiaMint.Key()))], require: false));
        Assert.Contains("nvidia.revocation.signature", Codes([Of(issuer.Issue("Old", new() { Extensions = [usage], Until = At.AddDays(-1) }, NvidiaMint.Key()))], require: false));
        Assert.Contains("nvidia.revocation.signature", Codes([Of(_mint.Devices[3].Issue("Of another", new() { Extensions = [usage] }, NvidiaMint.Key()))], require: false));
        Assert.Contains("nvidia.revocation.signature", Codes([Of(_mint.Devices[3].Issue("Lies", new() { Extensions = [usage], IssuerName = issuer }, NvidiaMint.Key()))], require: false));

        byte[] Of(TestAuthority signer) => OcspMint.Response(_mint.Devices[1], issuer, From, Until, responder: signer);
    }

    [Fact]
    public void What_is_no_response_is_refused()
    {
        var good = OcspMint.Response(_mint.Devices[1], _mint.Devices[2], From, Until);
        Assert.Contains("nvidia.revocation.malformed", Codes([[.. good, 0]], require: false));
        Assert.Contains("nvidia.revocation.malformed", Codes([[]], require: false));
        Assert.Contains("nvidia.revocation.malformed", Codes([OcspMint.Response(_mint.Devices[1], _mint.Devices[2], From, Until, status: 6)], require: false));
        Assert.Contains("nvidia.revocation.malformed", Codes([.. Enumerable.Repeat(good, 33)], require: false));
    }

    [Fact]
    public void No_mutant_of_a_response_makes_a_held_certificate_good()
    {
        var held = OcspMint.Response(_mint.Devices[1], _mint.Devices[2], From, Until, reason: 6);
        var chain = _mint.Devices.Select(d => d.Certificate).ToArray();
        var random = new Random(7);
        for (var i = 0; i < 3000; i++)
        {
            if (OcspResponse.Read(Mutants.Of(held, random)) is not { } mutant || OcspJudge.Find(mutant, chain[1], chain[2]) is not { IsGood: true }) continue;
            Assert.False(OcspJudge.IsSigned(mutant, chain[2], At), $"mutant {i}");
        }
    }

    private List<byte[]> All() =>
    [
        .. Enumerable.Range(1, 3).Select(i => OcspMint.Response(_mint.Devices[i], _mint.Devices[i + 1], From, Until)),
        .. Enumerable.Range(0, 3).Select(i => OcspMint.Response(_mint.Rim.Signers[i], _mint.Rim.Signers[i + 1], From, Until)),
    ];

    private string Codes(List<byte[]> responses, bool require = true) =>
        string.Join(' ', Verify(responses, require).Checks.Where(c => !c.Passed).Select(c => c.Code).Distinct());

    private AttestationResult Verify(List<byte[]> responses, bool require = true) => NvidiaVerifier.Verify(
        _mint.Report(), _mint.Chain,
        NvidiaMint.Collateral(_mint.DriverRim(), _mint.VbiosRim()) with { OcspResponses = [.. responses.Select(r => (ReadOnlyMemory<byte>)r)] },
        At, _mint.Roots, new(Nonce: null) { RequireRevocation = require });
}
