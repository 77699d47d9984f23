using System.Text;
using SwarmCompute.Client.Cli;
using SwarmCompute.Client.Evidence;

namespace SwarmCompute.Client.Tests;

public sealed class EvidenceBundleTests
{
    private const string Item = """{"key":"intel/root-crl","fetchedAt":"2026-06-01T00:00:00Z","sha256":"4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a","body":"AQ=="}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_bundle_of_another_form_is_refused_with_its_place()
    {
        var wrong = await Assert.ThrowsAsync<CommandException>(() => EvidenceBundle.Open(Case("""{"swarmCollateral":1,"items":[{"key":"x"}]}"""), Cancel));
        Assert.Contains("items[0]: The key names no collateral", wrong.Message);
    }

    [Fact]
    public async Task A_bundle_is_the_whole_collateral()
    {
        var both = Case("""{"swarmCollateral":1,"items":[]}""", "{}");
        Assert.Contains("give no other file", (await Assert.ThrowsAsync<CommandException>(() => EvidenceBundle.Open(both, Cancel))).Message);
    }

    [Fact]
    public async Task What_in_a_bundle_is_not_the_vendors_is_as_if_it_were_not_there()
    {
        var opened = await EvidenceBundle.Open(Case($$"""{"swarmCollateral":1,"items":[{{Item}}]}"""), Cancel);
        Assert.Null(opened.Published!.Intel);
    }

    [Fact]
    public async Task What_is_no_bundle_is_left_as_it_is()
    {
        var given = Case("""{"tcb_info":"x"}""");
        Assert.Same(given, await EvidenceBundle.Open(given, Cancel));
    }

    private static EvidenceCase Case(params string[] collateral) => new()
    {
        Kind = EvidenceKind.Tdx,
        Evidence = new byte[64],
        Collateral = [.. collateral.Select(c => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(c))],
        At = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero),
    };
}
