namespace SwarmCompute.Attestation.Tests;

public sealed class EvidenceVerifierTests
{
    private static readonly Hash32 Bound = ReportCase.Digest("bound");
    private static readonly Hash32 Measurement = ReportCase.Digest("measurement");
    private static readonly EvidencePolicy Policy = new(Bound, ["development"], ChainId: 31337, DevelopmentChainId: 31337);
    private static readonly Evidence Good = DevelopmentEvidence.Create(Bound, Measurement);

    [Fact]
    public void Development_evidence_is_accepted_where_the_policy_names_it() =>
        Assert.Equal(Verdict.Accepted, EvidenceVerifier.Default.Verify(Good, Policy).Verdict);

    [Fact]
    public void No_checks_accept_nothing() => Assert.Equal(Verdict.Refused, new EvidenceVerifier([]).Verify(Good, Policy).Verdict);

    [Fact]
    public void Every_check_runs_also_after_one_has_failed() =>
        Assert.Equal(4, EvidenceVerifier.Default.Verify(new Evidence("tdx", []), Policy).Checks.Length);

    [Theory]
    [InlineData("development chain", 56UL, 31337UL)]
    [InlineData("development chain", 56UL, null)]
    [InlineData("development chain", 31337UL, null)]
    [InlineData("development chain", 31337UL, 1337UL)]
    public void Development_evidence_is_refused_on_any_other_chain(string check, ulong chain, ulong? developmentChain) =>
        AssertFails(check, Good, Policy with { ChainId = chain, DevelopmentChainId = developmentChain });

    [Fact]
    public void Evidence_of_a_type_that_the_manifest_does_not_name_is_refused() => AssertFails("TEE type", Good, Policy with { Tee = ["tdx"] });

    [Fact]
    public void Evidence_that_this_version_cannot_judge_is_refused() =>
        AssertFails("TEE type", Good with { Type = "tdx" }, Policy with { Tee = ["tdx", "development"] });

    [Fact]
    public void Evidence_bound_to_something_else_is_refused() =>
        AssertFails("report data", DevelopmentEvidence.Create(ReportCase.Digest("other"), Measurement), Policy);

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("{\"measurement\":1,\"reportData\":2}")]
    [InlineData("[")]
    public void A_document_of_another_form_is_refused(string document) =>
        AssertFails("document", new Evidence("development", System.Text.Encoding.UTF8.GetBytes(document)), Policy);

    private static void AssertFails(string check, Evidence evidence, EvidencePolicy policy)
    {
        var result = EvidenceVerifier.Default.Verify(evidence, policy);
        Assert.Equal(Verdict.Refused, result.Verdict);
        Assert.Contains(check, result.Checks.Where(c => !c.Passed).Select(c => c.Name));
    }
}
