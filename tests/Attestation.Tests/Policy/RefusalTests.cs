using System.Text.RegularExpressions;
using SwarmCompute.Attestation.Tests.Amd;

namespace SwarmCompute.Attestation.Tests;

public sealed partial class RefusalTests
{
    private static readonly Check Held = Check.Holds("form", "good");
    private static readonly Check Late = Check.Fails("revocation list", "snp.crl.expired", "it ended yesterday", FailureClass.Transient);
    private static readonly Check Absent = Check.Fails("collateral", "intel.collateral.missing", "there is none", FailureClass.Transient);
    private static readonly Check Strict = Check.Fails("TCB status", "intel.tcb.status", "OutOfDate is not accepted", FailureClass.Policy);
    private static readonly Check Forged = Check.Fails("quote's signature", "intel.quote.signature", "not of the key", FailureClass.Permanent);

    [Fact]
    public void A_refusal_is_one_sentence_with_what_was_found_and_wanted_and_what_to_do()
    {
        Assert.Equal("Rejected for its TCB status (OutOfDate is not accepted), where a status that the policy names was wanted: a policy with this status in tdx.statuses would accept that.", Explain(Held, Strict));
        Assert.Equal("Rejected for its quote's signature (not of the key), where a signature by the key that must have made it was wanted: nothing can be done, it is forged, damaged or proves something else.", Explain(Forged));
        Assert.Equal("Rejected for its collateral (there is none), where one that is at hand was wanted: try again once it is at hand.", Explain(Absent));
        Assert.EndsWith("try again with a fresh copy from its vendor, and look at the clock.", Explain(Late), StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_cause_is_the_one_that_nothing_changes()
    {
        Assert.StartsWith("Rejected for its quote's signature", Explain(Late, Strict, Held, Forged), StringComparison.Ordinal);
        Assert.EndsWith("; and 2 more checks failed.", Explain(Late, Strict, Held, Forged), StringComparison.Ordinal);
        Assert.StartsWith("Rejected for its TCB status", Explain(Late, Strict), StringComparison.Ordinal);
        Assert.EndsWith("; and 1 more check failed.", Explain(Late, Strict), StringComparison.Ordinal);
        Assert.StartsWith("Rejected for its revocation list", Explain(Late, Absent), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_accepted_or_was_never_checked_has_its_sentence_too()
    {
        Assert.Equal("Accepted, because all 2 checks held.", Explain(Held, Held));
        Assert.Null(Refusal.Of(new AttestationResult([Held])));
        Assert.Contains("nothing was checked", Explain(), StringComparison.Ordinal);
        Assert.Contains("nothing was checked", new AttestationResult(default).Explain(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_code_that_has_no_words_of_its_own_is_explained_all_the_same()
    {
        var text = Explain(Check.Fails("moon", "moon.phase", "it is \u001b[31mfull\n" + new string('x', 9000), FailureClass.Policy));
        Assert.DoesNotContain(text, char.IsControl);
        Assert.InRange(text.Length, 1, 500);
        Assert.Contains("another policy would accept that", text, StringComparison.Ordinal);
        Assert.Contains("no setting of a policy", Explain(Check.Fails("device state", "nvidia.confidential", "off", FailureClass.Policy)), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_setting_that_an_explanation_names_is_in_a_policy_file()
    {
        var file = CanonicalJson.ParseObject(AttestationPolicy.Strict.ToCanonicalBytes(), AttestationPolicy.BytesMax);
        var named = RefusalText.OfPolicy.Values.SelectMany(v => Setting().Matches(v.Change)).Select(m => m.Value).ToList();
        Assert.NotEmpty(named);
        Assert.All(named, path => Assert.NotNull(path.Split('.').Aggregate((System.Text.Json.Nodes.JsonNode?)file, (node, name) => node?[name])));
    }

    [Fact]
    public void Every_code_that_a_policy_decides_has_its_words()
    {
        var codes = IntelFailures.All.Values.Where(f => f.Class == FailureClass.Policy).Select(f => f.Code);
        Assert.All(codes.Concat(SnpPolicyTests.PolicyCodes), code => Assert.DoesNotContain("another policy", Explain(Check.Fails("x", code, "y", FailureClass.Policy)), StringComparison.Ordinal));
    }

    private static string Explain(params Check[] checks) => new AttestationResult([.. checks]).Explain();

    [GeneratedRegex(@"\b(?:tdx|snp|nvidia|cca)\.[A-Za-z]+(?:\.[A-Za-z]+)*")]
    private static partial Regex Setting();
}
