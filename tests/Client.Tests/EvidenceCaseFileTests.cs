using System.Text.Json.Nodes;
using SwarmCompute.Attestation;
using SwarmCompute.Client.Evidence;

namespace SwarmCompute.Client.Tests;

public sealed class EvidenceCaseFileTests
{
    private static readonly Check Held = Check.Holds("a", "held");
    private static readonly Check Forged = Check.Fails("b", "forged", "it is forged");
    private static readonly Check Strict = Check.Fails("c", "strict", "the policy is stricter", FailureClass.Policy);

    [Theory]
    [InlineData("accept", true, false, false)]
    [InlineData("reject", false, true, false)]
    [InlineData("policy-reject", false, false, true)]
    [InlineData("policy", true, false, true)]
    public void Only_the_verdict_that_is_due_agrees(string due, bool accepted, bool forged, bool refusedByPolicy)
    {
        Assert.Equal(accepted, Agrees(due, Held));
        Assert.Equal(forged, Agrees(due, Held, Forged));
        Assert.Equal(forged, Agrees(due, Forged, Strict));
        Assert.Equal(refusedByPolicy, Agrees(due, Held, Strict));
    }

    [Fact]
    public void Another_status_or_other_advisories_do_not_agree()
    {
        var result = new AttestationResult([Held]) { Status = "UpToDate", Advisories = ["A", "B"] };
        bool With(string status, params string[] advisories) => EvidenceCaseFile.Agrees(
            result, new JsonObject { ["expect"] = "accept", ["status"] = status, ["advisories"] = new JsonArray([.. advisories.Select(a => JsonValue.Create(a))]) });
        Assert.True(With("UpToDate", "B", "A"));
        Assert.False(With("OutOfDate", "A", "B"));
        Assert.False(With("UpToDate", "A"));
    }

    private static bool Agrees(string due, params Check[] checks) => EvidenceCaseFile.Agrees(new AttestationResult([.. checks]), new JsonObject { ["expect"] = due });
}
