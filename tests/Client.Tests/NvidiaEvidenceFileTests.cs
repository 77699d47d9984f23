using System.Text;
using SwarmCompute.Attestation;
using SwarmCompute.Client.Cli;
using SwarmCompute.Client.Evidence;

namespace SwarmCompute.Client.Tests;

public sealed class NvidiaEvidenceFileTests
{
    private static readonly string Nonce = new('7', 64);
    private static readonly string Device = $$"""{"arch":"HOPPER","certificate":"AQI=","evidence":"EeAB","nonce":"{{Nonce}}"}""";

    [Fact]
    public void A_file_holds_report_chain_and_what_the_report_must_bear_out()
    {
        var opened = NvidiaEvidenceFile.Open(Case($"\n [{Device}]"));
        Assert.Equal((byte[])[0x11, 0xe0, 1], opened.Evidence.ToArray());
        Assert.Equal((byte[])[1, 2], Assert.Single(opened.Endorsements).ToArray());
        Assert.Equal(Nonce, Convert.ToHexString(opened.Policy.Nvidia.Nonce!.Value.Span));
        Assert.Equal([NvidiaArchitecture.Hopper], opened.Policy.Nvidia.Architectures!.Value);
    }

    [Fact]
    public void What_is_given_beside_the_file_goes_before_what_it_says()
    {
        var given = Case($"[{Device}]");
        var wanted = given.Policy with { Nvidia = given.Policy.Nvidia with { Nonce = new byte[32], Architectures = [NvidiaArchitecture.Switch] } };
        var opened = NvidiaEvidenceFile.Open(given with { Policy = wanted, Endorsements = [new byte[9]] });
        Assert.Equal(new byte[32], opened.Policy.Nvidia.Nonce!.Value.ToArray());
        Assert.Equal(9, Assert.Single(opened.Endorsements).Length);
        Assert.Equal([NvidiaArchitecture.Switch], opened.Policy.Nvidia.Architectures!.Value);
    }

    [Theory]
    [InlineData("[]", "0 devices")]
    [InlineData("[@,@]", "2 devices")]
    [InlineData("[@", "not one with 'arch'")]
    [InlineData("[1]", "not one with 'arch'")]
    [InlineData("[{\"arch\":\"HOPPER\"}]", "not one with 'arch'")]
    public void A_file_of_another_form_is_refused_with_a_line(string form, string line) => AssertRefused(line, form.Replace("@", Device, StringComparison.Ordinal));

    [Theory]
    [InlineData("HOPPER", "AMPERE", "'AMPERE' is no architecture")]
    [InlineData("EeAB", "!", "not one with 'arch'")]
    [InlineData("77", "xx", "not one with 'arch'")]
    public void A_device_of_another_form_is_refused_with_a_line(string from, string to, string line) => AssertRefused(line, $"[{Device.Replace(from, to, StringComparison.Ordinal)}]");

    [Fact]
    public void The_first_sign_tells_the_file_and_a_report_is_left_as_it_is()
    {
        Assert.Equal(EvidenceKind.Nvidia, EvidenceKind.Of(" ["u8));
        var report = Case("x") with { Evidence = new byte[] { 0x11, 0xe0 } };
        Assert.Same(report, NvidiaEvidenceFile.Open(report));
    }

    private static void AssertRefused(string line, string text) =>
        Assert.Contains(line, Assert.Throws<CommandException>(() => NvidiaEvidenceFile.Open(Case(text))).Message, StringComparison.Ordinal);

    private static EvidenceCase Case(string text) => new() { Kind = EvidenceKind.Nvidia, Evidence = Encoding.UTF8.GetBytes(text), At = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero) };
}
