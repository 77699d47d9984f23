using System.Collections.Immutable;
using System.Text;

namespace SwarmCompute.Attestation.Tests;

public sealed class TdxVerifierTests
{
    public static TheoryData<string> Names => [.. IntelFailures.All.Keys];

    [Theory]
    [InlineData(3, 1), InlineData(4, 2), InlineData(5, 2), InlineData(5, 3), InlineData(5, 4)]
    public void What_is_current_is_accepted_in_every_form(int version, int bodyType)
    {
        var result = new IntelCase(version, bodyType).Verify();

        Assert.Equal("", result.Why);
        Assert.Equal((Verdict.Accepted, version == 3 ? "sgx" : "tdx", "UpToDate"), (result.Verdict, result.Type, result.Status));
        Assert.Equal(new DateTimeOffset(2026, 6, 15, 0, 0, 0, TimeSpan.Zero), result.ExpiresAt);
        Assert.Equal(new DateTimeOffset(2025, 3, 13, 0, 0, 0, TimeSpan.Zero), result.TcbDate);
        Assert.Equal("b0c06f000000", result.Claims["fmspc"]);
        Assert.Equal(result.Checks.Length, result.Checks.Select(c => c.Name).Distinct().Count());
    }

    [Theory, MemberData(nameof(Names))]
    public void What_is_wrong_is_refused_with_its_code_and_class(string name)
    {
        var failure = IntelFailures.All[name];
        var subject = new IntelCase(failure.Version, failure.Version == 5 ? 3 : 2);
        failure.Spoil(subject);
        var result = subject.Verify(failure.Policy);

        Assert.Equal(Verdict.Refused, result.Verdict);
        var failed = result.Checks.Where(c => !c.Passed).ToList();
        Assert.Contains((failure.Code, failure.Class), failed.Select(c => (c.Code, c.Class)));
        if (failure.Class == FailureClass.Policy) Assert.All(failed, c => Assert.Equal(FailureClass.Policy, c.Class));
    }

    [Fact]
    public void Without_collateral_the_signatures_are_judged_and_the_verdict_waits()
    {
        var result = TdxVerifier.Verify(new IntelCase().ToQuote(), null, IntelCase.At, IntelCase.Root.Certificate.Hash, IntelPolicy.Default);
        var failed = Assert.Single(result.Checks, c => !c.Passed);
        Assert.Equal(("intel.collateral.missing", FailureClass.Transient), (failed.Code, failed.Class));
        Assert.Contains(result.Checks, c => c is { Name: "quote's signature", Passed: true });
        Assert.Null(result.Status);
    }

    [Fact]
    public void The_root_of_the_quote_is_not_believed()
    {
        var subject = new IntelCase();
        var result = TdxVerifier.Verify(subject.ToQuote(), subject.ReadCollateral(), IntelCase.At);
        Assert.Contains(result.Checks, c => c.Code == "intel.pck.root");
        Assert.Contains(result.Checks, c => c.Code == "intel.tcb-info-chain.root");
    }

    [Theory]
    [InlineData(0, 0, false), InlineData(0xab, 70, true), InlineData(0, 3000, false)]
    public void Padding_behind_the_quote_is_ignored(byte filling, int length, bool der)
    {
        var subject = new IntelCase();
        if (der) subject.CertificationData = c => [.. c.Leaf.Der, .. c.Authority.Der, .. IntelCase.Root.Der];
        byte[] quote = [.. subject.ToQuote(), .. Enumerable.Repeat(filling, length)];
        Assert.Equal("", TdxVerifier.Verify(quote, subject.ReadCollateral(), IntelCase.At, IntelCase.Root.Certificate.Hash, IntelPolicy.Default).Why);
    }

    [Fact]
    public void A_chain_may_come_with_the_collateral_where_the_quote_has_none()
    {
        var subject = new IntelCase { CertificationType = 3, CertificationData = _ => new byte[404] };
        subject.Collateral = json => json["pck_certificate_chain"] = subject.Leaf.Pem + subject.Authority.Pem + IntelCase.Root.Pem;
        Assert.Equal("", subject.Verify().Why);
    }

    [Fact]
    public void Statuses_converge_and_a_policy_may_accept_them()
    {
        var subject = new IntelCase();
        subject.Pck.Components[0] = 2;
        subject.QeReport[258] = 5;
        var policy = IntelPolicy.Default with { Statuses = [IntelTcbStatus.OutOfDateConfigurationNeeded], Advisories = ["INTEL-SA-00001"] };
        var result = subject.Verify(policy);
        Assert.Equal(("", "OutOfDateConfigurationNeeded"), (result.Why, result.Status));
        Assert.Equal(["quoting-enclave OutOfDate", "platform ConfigurationAndSWHardeningNeeded", "module UpToDate"], result.Statuses);
        Assert.Equal(["INTEL-SA-00001"], result.Advisories);
    }

    [Fact]
    public void A_domain_launched_on_an_old_platform_should_be_launched_again()
    {
        var subject = new IntelCase(5, 3);
        subject.Body[0] = 5;
        Assert.Equal("TDRelaunchAdvised", subject.Verify().Status);
        Assert.Equal("", subject.Verify(IntelPolicy.Default with { Statuses = [IntelTcbStatus.TDRelaunchAdvised] }).Why);
    }

    [Fact]
    public void An_old_platform_is_accepted_while_its_grace_lasts()
    {
        var subject = new IntelCase(3);
        subject.Pck.Components[0] = 1;
        subject.TcbInfo["tcbLevels"]![2]!["tcbDate"] = "2026-05-20T00:00:00Z";
        foreach (var level in subject.QeIdentity["tcbLevels"]!.AsArray()) level!["tcbDate"] = "2026-05-25T00:00:00Z";
        Assert.Equal("", subject.Verify(IntelPolicy.Default with { OutOfDateGrace = TimeSpan.FromDays(12) }).Why);
        Assert.Equal(Verdict.Refused, subject.Verify(IntelPolicy.Default with { OutOfDateGrace = TimeSpan.FromDays(11) }).Verdict);
    }

    [Fact]
    public void Expected_measurements_and_report_data_are_compared()
    {
        var mrtd = Convert.ToHexStringLower(Enumerable.Repeat((byte)0x91, 48).ToArray());
        var policy = IntelPolicy.Default with
        {
            ReportData = Enumerable.Repeat((byte)0x9a, 64).ToArray(),
            Expected = IntelPolicy.Default.Expected.Add("mrtd", ["00", mrtd]),
        };
        var result = new IntelCase().Verify(policy);
        Assert.Equal("", result.Why);
        Assert.Contains(result.Checks, c => c.Name == "report data");
        Assert.Contains(result.Checks, c => c.Name == "expected mrtd");
    }

    [Fact]
    public void The_service_s_own_bodies_are_split_byte_for_byte()
    {
        var body = """{ "tcbInfo" : {"a": 1,"b":[{ }]} , "signature":"0a0b"}"""u8.ToArray();
        var (signed, signature) = IntelCollateral.Split(body, "tcbInfo")!.Value;
        Assert.Equal("""{"a": 1,"b":[{ }]}""", Encoding.UTF8.GetString(signed.Span));
        Assert.Equal([10, 11], signature);
        Assert.Null(IntelCollateral.Split("""{"tcbInfo":{},"tcbInfo":{},"signature":"00"}"""u8.ToArray(), "tcbInfo"));
        Assert.Null(IntelCollateral.Split("""{"tcbInfo":{},"signature":"00"} x"""u8.ToArray(), "tcbInfo"));
        Assert.Null(IntelCollateral.Split(Encoding.UTF8.GetBytes(new string('[', 5000)), "tcbInfo"));
    }

    [Fact]
    public void No_mutant_of_a_good_quote_is_accepted_and_none_throws()
    {
        var subject = new IntelCase { CertificationData = c => [.. c.Leaf.Der, .. c.Authority.Der, .. IntelCase.Root.Der] };
        var (quote, collateral, random) = (subject.ToQuote(), subject.ReadCollateral(), new Random(20260601));
        for (var i = 0; i < 50_000; i++)
        {
            var mutant = IntelMutants.Of(quote, random);
            var result = TdxVerifier.Verify(mutant, collateral, IntelCase.At, IntelCase.Root.Certificate.Hash, IntelPolicy.Default);
            Assert.True(result.Verdict == Verdict.Refused || mutant.AsSpan().StartsWith(quote), $"mutant {i} is accepted");
        }
    }

    [Fact]
    public void Hostile_collateral_is_refused_and_never_thrown_over()
    {
        var subject = new IntelCase();
        var (quote, text, random) = (subject.ToQuote(), Encoding.UTF8.GetBytes(subject.ToCollateral().ToJsonString()), new Random(7));
        for (var i = 0; i < 1500; i++)
        {
            if (IntelCollateral.Parse(IntelMutants.Of(text, random)) is { } collateral)
                _ = TdxVerifier.Verify(quote, collateral, IntelCase.At, IntelCase.Root.Certificate.Hash, IntelPolicy.Default).Verdict;
        }
    }
}
