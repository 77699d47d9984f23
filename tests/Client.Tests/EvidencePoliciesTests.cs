using SwarmCompute.Attestation;
using SwarmCompute.Client.Cli;
using SwarmCompute.Client.Evidence;

namespace SwarmCompute.Client.Tests;

public sealed class EvidencePoliciesTests : IDisposable
{
    private static readonly string Digest = new('a', 96);
    private readonly string _folder = Directory.CreateTempSubdirectory("swarm-").FullName;

    [Fact]
    public void What_a_file_says_goes_before_the_defaults_and_the_rest_stays_strict()
    {
        var read = EvidencePolicies.Read(Write($$$"""
            {"tdx":{"statuses":["UpToDate","SWHardeningNeeded"],"advisories":["INTEL-SA-00615"],"outOfDateGraceDays":30,"expected":{"mrtd":["{{{Digest}}}"]},"reportData":"{{{new string('1', 128)}}}"},
             "snp":{"requireRevocationList":true,"measurements":["{{{Digest}}}"],"maximumVmpl":1},"nvidia":{"drivers":["550.90.07"],"nonce":"{{{new string('7', 64)}}}"},"cca":{"initialMeasurements":["{{{Digest}}}"]} }
            """));
        Assert.Equal(2, read.Intel.Statuses.Length);
        Assert.Equal(TimeSpan.FromDays(30), read.Intel.OutOfDateGrace);
        Assert.Equal([Digest], read.Intel.Expected["mrtd"]);
        Assert.Equal(0x11, read.Intel.ReportData!.Value.Span[63]);
        Assert.False(read.Intel.AllowServiceTd);
        Assert.True(read.Snp.RequireRevocationList);
        Assert.Equal([Digest], read.Snp.Measurements!);
        Assert.False(read.Snp.AllowDebug);
        Assert.Equal(0x77, read.Nvidia.Nonce!.Value.Span[31]);
        Assert.True(read.Nvidia.RequireFirmwareId);
        Assert.Equal([Digest], read.Cca.InitialMeasurements!.Value);
    }

    [Fact]
    public void The_command_line_judges_every_type_and_revocation_where_it_is_given()
    {
        var read = EvidencePolicies.Read(Write("{}"));
        Assert.Equal(["tdx", "sgx", "sev-snp", "cca"], read.Types);
        Assert.False(read.Snp.RequireRevocationList);
        Assert.False(read.Nvidia.RequireRevocation);
        var strict = read with { Types = AttestationPolicy.Strict.Types, Snp = SnpPolicy.Strict, Nvidia = AttestationPolicy.Strict.Nvidia };
        Assert.Equal(AttestationPolicy.Strict.Hash, strict.Hash);
    }

    [Theory]
    [InlineData("{\"tdx\":{\"statusses\":[]}}", "'tdx.statusses' is unknown")]
    [InlineData("{\"snp\":{\"maximumVmpl\":-1}}", "'snp.maximumVmpl' is -1; give a whole number from 0 to 3")]
    [InlineData("[]", "is no policy")]
    public void What_makes_no_sense_is_refused_in_one_line(string text, string said)
    {
        var error = Assert.Throws<CommandException>(() => EvidencePolicies.Read(Write(text)));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_policy_is_shown_whole_with_a_mark_on_what_is_not_the_default()
    {
        Assert.All(PolicyLines.Of(AttestationPolicy.Strict), line => Assert.StartsWith("  ", line, StringComparison.Ordinal));
        var lines = PolicyLines.Of(EvidencePolicies.Read(Write("""{"tdx":{"allowServiceTd":true},"snp":{"minimumTcb":{"Turin":{"fmc":1}}}}"""), AttestationPolicy.Strict)).ToList();
        Assert.Contains("* tdx.allowServiceTd: true (default: false)", lines);
        Assert.Contains("* snp.minimumTcb.Turin.fmc: 1 (default: none)", lines);
        Assert.Contains("  tdx.tdAttributes.allowed: SEPT_VE_DISABLE, PKS", lines);
        Assert.Contains("  snp.chips: any", lines);
    }

    [Theory]
    [InlineData("""{"types":["sev-snp"]}""", "policy.type")]
    [InlineData("""{"measurements":{"tdx":[]}}""", "policy.measurements")]
    [InlineData("{}", "")]
    public void A_verdict_counts_the_types_and_the_measurements_of_the_policy(string text, string code)
    {
        var given = new EvidenceCase { Kind = EvidenceKind.Tdx, Evidence = new byte[4], At = DateTimeOffset.UnixEpoch, Policy = EvidencePolicies.Read(Write(text)) };
        var result = EvidenceJudge.Verify(given);
        Assert.Equal(code, string.Concat(result.Checks.Where(c => c.Class == FailureClass.Policy).Select(c => c.Code)));
        Assert.Equal(result.Explain(), (string?)EvidenceJson.Of(result)["explanation"]);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(string text)
    {
        var path = Path.Combine(_folder, "policy.json");
        File.WriteAllText(path, text);
        return path;
    }
}
