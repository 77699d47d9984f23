using SwarmCompute.Client.Cli;
using SwarmCompute.Client.Evidence;

namespace SwarmCompute.Client.Tests;

public sealed class EvidencePoliciesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("swarm-").FullName;

    [Fact]
    public void What_a_file_says_goes_before_the_defaults_and_the_rest_stays_strict()
    {
        var read = EvidencePolicies.Read(Write("""
            {"tdx":{"statuses":["UpToDate","SWHardeningNeeded"],"advisories":["INTEL-SA-00615"],"outOfDateGraceDays":30,"expected":{"mrtd":["00ff"]},"reportData":"0102"},
             "snp":{"requireRevocationList":true,"measurements":["ab"],"maximumVmpl":1},"nvidia":{"drivers":["550.90.07"],"nonce":"07"},"cca":{"initialMeasurements":["cd"]}}
            """));
        Assert.Equal(2, read.Intel.Statuses.Length);
        Assert.Equal(TimeSpan.FromDays(30), read.Intel.OutOfDateGrace);
        Assert.Equal(["00ff"], read.Intel.Expected["mrtd"]);
        Assert.Equal([1, 2], read.Intel.ReportData!.Value.ToArray());
        Assert.False(read.Intel.AllowServiceTd);
        Assert.True(read.Snp.RequireRevocationList);
        Assert.Equal(["ab"], read.Snp.Measurements!);
        Assert.False(read.Snp.AllowDebug);
        Assert.Equal([7], read.Nvidia.Nonce!.Value.ToArray());
        Assert.True(read.Nvidia.RequireFirmwareId);
        Assert.Equal(["cd"], read.Cca.InitialMeasurements!.Value);
    }

    [Theory]
    [InlineData("{\"tdx\":{\"statusses\":[]}}", "'tdx.statusses' is unknown")]
    [InlineData("{\"sgx\":{}}", "'sgx' is unknown")]
    [InlineData("{\"tdx\":{\"statuses\":[\"Fine\"]}}", "'Fine' in 'tdx.statuses' is none of")]
    [InlineData("{\"tdx\":7}", "'tdx' is no object")]
    [InlineData("{\"snp\":{\"measurements\":\"ab\"}}", "'snp.measurements' is no list")]
    [InlineData("{\"snp\":{\"maximumVmpl\":-1}}", "'snp.maximumVmpl' is negative")]
    [InlineData("{\"tdx\":{\"reportData\":\"0\"}}", "is no policy")]
    [InlineData("[]", "is no policy")]
    public void What_makes_no_sense_is_refused_in_one_line(string text, string said)
    {
        var error = Assert.Throws<CommandException>(() => EvidencePolicies.Read(Write(text)));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(string text)
    {
        var path = Path.Combine(_folder, "policy.json");
        File.WriteAllText(path, text);
        return path;
    }
}
