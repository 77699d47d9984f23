using System.Collections.Immutable;
using System.Text;

namespace SwarmCompute.Attestation.Tests;

public sealed class MeasurementsCheckTests
{
    private static readonly string A = new('a', 96), B = new('b', 96);

    [Fact]
    public void One_set_must_be_shown_wholly()
    {
        var policy = Policy($$$"""{"tdx":[{"mrtd":"{{{A}}}","rtmr0":"{{{A}}}"},{"mrtd":"{{{B}}}","rtmr0":"{{{B}}}"}]}""");
        Assert.True(Assert.Single(Judge(policy, A, A)).Passed);
        Assert.True(Assert.Single(Judge(policy, B.ToUpperInvariant(), B)).Passed);
        var mixed = Assert.Single(Judge(policy, A, B));
        Assert.Equal((MeasurementsCheck.Code, FailureClass.Policy, false), (mixed.Code, mixed.Class, mixed.Passed));
        Assert.Contains(B, mixed.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_claim_that_the_evidence_does_not_make_is_not_shown()
    {
        var policy = Policy($$$"""{"tdx":[{"mrtd":"{{{A}}}","rtmr9":"00"}]}""");
        Assert.Contains("rtmr9 (not said)", Assert.Single(Judge(policy, A, A)).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_asked_of_a_type_that_is_not_named_and_an_empty_list_is_met_by_nothing()
    {
        Assert.Empty(Judge(Policy("""{"sev-snp":[]}"""), A, A));
        Assert.False(Assert.Single(Judge(Policy("""{"tdx":[]}"""), A, A)).Passed);
        var hollow = AttestationPolicy.Strict with { Measurements = AttestationPolicy.Strict.Measurements.Add("tdx", [ImmutableSortedDictionary<string, string>.Empty]) };
        Assert.False(Assert.Single(Judge(hollow, A, A)).Passed);
    }

    private static AttestationPolicy Policy(string measurements) => AttestationPolicy.Parse(Encoding.UTF8.GetBytes($$"""{"measurements":{{measurements}}}"""));

    private static ImmutableArray<Check> Judge(AttestationPolicy policy, string mrtd, string rtmr0)
    {
        var claims = new Dictionary<string, string> { ["mrtd"] = mrtd, ["rtmr0"] = rtmr0 }.ToImmutableSortedDictionary();
        return MeasurementsCheck.Of(new AttestationResult([Check.Holds("a", "b")]) { Type = "tdx", Claims = claims }, policy);
    }
}
