using System.Text;
using System.Text.Json.Nodes;

namespace SwarmCompute.Attestation.Tests;

public sealed class ReportVerifierTests : IDisposable
{
    private static readonly SwarmIdentity.Guest Head = new(ReportCase.Order, 0, new LeaseEpoch(3), ReportCase.Provider);

    private readonly ReportCase _case = new();

    public void Dispose() => _case.Dispose();

    [Fact]
    public void A_true_report_passes_every_check()
    {
        var result = ReportVerifier.Verify(_case.Signed.ToBytes(), _case.Facts, _case.Now);
        Assert.Empty(result.Why);
        Assert.Equal(Verdict.Accepted, result.Verdict);
        Assert.Equal(ReportVerifier.CheckNames, result.Checks.Select(c => c.Name));
    }

    [Fact]
    public void A_report_is_still_good_years_later() =>
        Assert.Equal(Verdict.Accepted, ReportVerifier.Verify(_case.Signed.ToBytes(), _case.Facts, _case.Now.AddYears(5)).Verdict);

    [Theory]
    [InlineData("chainId", "1337", "order")]
    [InlineData("orderBook", "\"0x3333333333333333333333333333333333333333\"", "order")]
    [InlineData("order", "\"8\"", "order")]
    [InlineData("manifestHash", "\"ZERO\"", "order")]
    [InlineData("model", "\"ZERO\"", "report hash")]
    [InlineData("engine", "\"llama.cpp 9\"", "report hash")]
    [InlineData("measurement", "\"ZERO\"", "report hash")]
    [InlineData("started", "\"2020-01-01T00:00:00.000Z\"", "report hash")]
    [InlineData("finished", "\"2100-01-01T00:00:00.000Z\"", "time")]
    [InlineData("units", "28", "units")]
    [InlineData("evidence", "\"tdx\"", "evidence")]
    [InlineData("evidenceMeaning", "\"certified by nobody less than the vendor\"", "evidence")]
    [InlineData("stages", "[]", "stages")]
    [InlineData("completions", "[]", "totals")]
    [InlineData("version", "2", "form")]
    [InlineData("extra", "1", "form")]
    public void A_changed_member_of_the_report_fails_its_check(string member, string value, string check)
    {
        var file = Edit(root => root["report"]![member] = JsonNode.Parse(value.Replace("ZERO", new string('0', 64), StringComparison.Ordinal)));
        AssertFails(file, check, "report hash", "usage signature");
    }

    [Theory]
    [InlineData("slot", "2")]
    [InlineData("epoch", "\"9\"")]
    [InlineData("provider", "\"0x3333333333333333333333333333333333333333\"")]
    [InlineData("keyHash", "\"ZERO\"")]
    public void A_stage_that_was_not_leased_on_the_chain_is_named(string member, string value)
    {
        var file = Edit(root => root["report"]!["stages"]![1]![member] = JsonNode.Parse(value.Replace("ZERO", new string('0', 64), StringComparison.Ordinal)));
        AssertFails(file, "stages", "report hash");
    }

    [Theory]
    [InlineData("leaseSignature", "lease signature")]
    [InlineData("signature", "usage signature")]
    public void A_changed_signature_fails_its_check(string member, string check)
    {
        var file = Edit(root =>
        {
            var hex = root[member]!.GetValue<string>();
            root[member] = (hex[0] == '0' ? '1' : '0') + hex[1..];
        });
        AssertFails(file, check);
    }

    [Theory]
    [InlineData(0), InlineData(1), InlineData(15), InlineData(31)]
    public void One_changed_bit_of_the_root_is_found(int seed) => AssertFails(FlipBit("authority", seed), "authority");

    [Theory]
    [InlineData(0), InlineData(1), InlineData(15), InlineData(31)]
    public void One_changed_bit_of_the_certificate_is_found(int seed) => AssertFails(FlipBit("certificate", seed), "certificate");

    [Fact]
    public void Another_root_is_refused_even_where_everything_below_it_is_right()
    {
        using var other = CertificateAuthority.Create(TimeProvider.System);
        AssertFails((_case.Signed with { Authority = other.Root.RawData }).ToBytes(), "authority", "certificate", "lease signature");
    }

    [Fact]
    public void A_certificate_of_another_root_is_refused()
    {
        using var other = CertificateAuthority.Create(TimeProvider.System);
        AssertFails(_case.SignedWith(Head, TimeSpan.FromHours(1), other).ToBytes(), "certificate");
    }

    [Fact]
    public void A_certificate_that_had_expired_when_the_report_was_made_is_refused() =>
        AssertFails(_case.SignedWith(Head, TimeSpan.FromSeconds(-60), _case.Authority).ToBytes(), "certificate");

    public static TheoryData<SwarmIdentity> WrongHeads =>
    [
        Head with { Slot = 1 }, Head with { Epoch = new LeaseEpoch(2) }, Head with { Order = new OrderId(8) },
        Head with { Provider = ReportCase.OrderBook }, new SwarmIdentity.Silo(new NodeId("node-1")), new SwarmIdentity.Authority(),
    ];

    [Theory, MemberData(nameof(WrongHeads))]
    public void A_signer_who_did_not_hold_the_head_lease_is_refused(SwarmIdentity identity) =>
        AssertFails(_case.SignedWith(identity, TimeSpan.FromHours(1), _case.Authority).ToBytes(), "head lease");

    [Fact]
    public void The_chain_must_agree_in_everything()
    {
        var zero = default(Hash32);
        AssertFails(_case.Facts with { ChainId = 1 }, "order");
        AssertFails(_case.Facts with { OrderBook = ReportCase.Provider }, "order");
        AssertFails(_case.Facts with { Order = new OrderId(8) }, "order");
        AssertFails(_case.Facts with { ManifestHash = zero }, "order");
        AssertFails(_case.Facts with { AuthorityKeyHash = zero }, "authority");
        AssertFails(_case.Facts with { ReportHash = zero }, "report hash");
        AssertFails(_case.Facts with { ReportHash = null }, "report hash");
        AssertFails(_case.Facts with { Units = 26 }, "units");
        AssertFails(_case.Facts with { Units = null }, "units");
        AssertFails(_case.Facts with { Status = "Expired" }, "status");
        AssertFails(_case.Facts with { Leases = [] }, "head lease");
    }

    [Fact]
    public void Units_are_the_tokens_that_were_served()
    {
        AssertFails(_case.VerifyInstead(_case.Report with { Units = 28 }), "totals");
        AssertFails(_case.VerifyInstead(_case.Report with { Totals = _case.Report.Totals with { PromptTokens = 1 } }), "totals");
        AssertFails(_case.VerifyInstead(_case.Report with { Totals = _case.Report.Totals with { Completions = 3 } }), "totals");
        AssertFails(_case.VerifyInstead(_case.Report with { Totals = _case.Report.Totals with { Stages = 2 } }), "totals");
    }

    [Fact]
    public void A_report_without_its_head_is_refused() =>
        AssertFails(_case.VerifyInstead(_case.Report with { Stages = _case.Report.Stages[1..], Totals = _case.Report.Totals with { Stages = 2 } }), "stages");

    [Fact]
    public void Development_evidence_is_worth_nothing_on_a_public_chain()
    {
        using var onPublicChain = new ReportCase(chainId: 56);
        var result = ReportVerifier.Verify(onPublicChain.Signed.ToBytes(), onPublicChain.Facts, onPublicChain.Now);
        Assert.Equal(["evidence"], result.Checks.Where(c => !c.Passed).Select(c => c.Name));
    }

    [Fact]
    public void Other_layout_unreadable_text_and_nothing_at_all_are_refused()
    {
        AssertFails(Encoding.UTF8.GetBytes(" " + Encoding.UTF8.GetString(_case.Signed.ToBytes())), "form");
        AssertFails(Encoding.UTF8.GetBytes("{}"), "form");
        AssertFails("not JSON"u8.ToArray(), "form");
        AssertFails([], "form");
        AssertFails(Edit(root => root["certificate"] = "AAAA"), "form");
        AssertFails(new byte[SignedReport.BytesMax + 1], "form");
    }

    private byte[] Edit(Action<JsonObject> edit)
    {
        var root = CanonicalJson.ParseObject(_case.Signed.ToBytes(), SignedReport.BytesMax);
        edit(root);
        return CanonicalJson.Serialize(root);
    }

    // Flips a bit of the part of a certificate that is signed: behind the outer headers, before the signature.
    private byte[] FlipBit(string member, int seed)
    {
        var file = Edit(root =>
        {
            var der = Convert.FromBase64String(root[member]!.GetValue<string>());
            der[^(90 + seed)] ^= 1;
            root[member] = Convert.ToBase64String(der);
        });
        return file;
    }

    private void AssertFails(byte[] file, params string[] checks) => AssertFails(ReportVerifier.Verify(file, _case.Facts, _case.Now), checks);

    private void AssertFails(ChainFacts facts, params string[] checks) => AssertFails(ReportVerifier.Verify(_case.Signed.ToBytes(), facts, _case.Now), checks);

    private static void AssertFails(AttestationResult result, params string[] checks)
    {
        Assert.Equal(Verdict.Refused, result.Verdict);
        Assert.Equal(ReportVerifier.CheckNames, result.Checks.Select(c => c.Name));
        var failed = result.Checks.Where(c => !c.Passed).Select(c => c.Name).ToList();
        Assert.All(checks, check => Assert.Contains(check, failed));
    }
}
