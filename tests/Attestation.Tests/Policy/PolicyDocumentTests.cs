using System.Text;
using System.Text.RegularExpressions;
using SwarmCompute.TestKit;

namespace SwarmCompute.Attestation.Tests;

public sealed partial class PolicyDocumentTests
{
    private static readonly string Document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "evidence.md"));

    [Fact]
    public void The_example_of_the_document_is_a_policy()
    {
        var examples = Example().Matches(Document).Select(m => m.Groups["json"].Value).ToList();
        Assert.NotEmpty(examples);
        Assert.All(examples, example => Assert.Empty(AttestationPolicy.Faults(Encoding.UTF8.GetBytes(example))));
    }

    [Fact]
    public void The_document_names_every_setting()
    {
        var settings = AttestationPolicyMembers.All.Names.Concat(IntelPolicyMembers.All.Names).Concat(SnpPolicyMembers.All.Names)
            .Concat(NvidiaPolicyMembers.All.Names).Concat(CcaPolicyMembers.All.Names);
        Assert.All(settings, name => Assert.Matches($"`{name}(\\.[a-z]+)?`", Document));
    }

    [GeneratedRegex("```json\n(?<json>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();
}
