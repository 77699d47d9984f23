using System.Text;
using CsCheck;

namespace SwarmCompute.Attestation.Tests.Collateral;

public sealed class CollateralBundleTests
{
    private const string Good = """{"key":"intel/root-crl","fetchedAt":"2026-06-01T00:00:00Z","sha256":"4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a","body":"AQ=="}""";

    private static readonly string[] Keys =
        ["intel/root-crl", "intel/tdx/qe-identity", "amd/milan/chain", "amd/vlek/turin/crl", "nvidia/rim/NV_GPU_DRIVER_GH100_550.90.07"];

    private static readonly Gen<CollateralItem> Items = Gen.Select(
        Gen.Int[0, Keys.Length - 1],
        Gen.Byte.Array[1, 200], Gen.Byte.Array[0, 50].Null(), Gen.Int[0, 1_000_000],
        (which, body, chain, seconds) =>
        {
            Assert.True(CollateralKey.TryParse(Keys[which], out var parsed));
            return new CollateralItem(parsed!, body, chain is null ? null : new ReadOnlyMemory<byte>?(chain), IntelCase.At.AddSeconds(seconds));
        });

    [Fact]
    public void What_is_written_is_read_back() => Items.Array[0, 5].Sample(items =>
    {
        var bundle = new CollateralBundle([.. items.DistinctBy(i => i.Key)]);
        var written = bundle.Write();
        Assert.True(CollateralBundle.IsBundle(written));
        var read = CollateralBundle.Read(written, out var fault);
        Assert.True(read is not null, fault);
        Assert.Equal(bundle.Items.Length, read.Items.Length);
        Assert.Equal(written, read.Write());
    });

    [Fact]
    public void A_mutant_is_read_or_refused_with_a_reason_and_never_thrown()
    {
        var good = Encoding.UTF8.GetBytes($$"""{"swarmCollateral":1,"items":[{{Good}}]}""");
        Assert.NotNull(CollateralBundle.Read(good, out _));
        var random = new Random(5);
        for (var i = 0; i < 5000; i++)
        {
            var read = CollateralBundle.Read(Mutants.Of(good, random), out var fault);
            Assert.Equal(read is null, fault.Length > 0);
        }
    }

    [Theory]
    [InlineData("", "the document")]
    [InlineData("[]", "swarmCollateral")]
    [InlineData("""{"swarmCollateral":2,"items":[]}""", "swarmCollateral: version 2 is not known here")]
    [InlineData("""{"swarmCollateral":1}""", "items")]
    [InlineData($$"""{"swarmCollateral":1,"items":[{{Good}},{{Good}}]}""", "items[1]: 'intel/root-crl' comes twice")]
    [InlineData("""{"swarmCollateral":1,"items":[{"key":"../etc"}]}""", "items[0]: The key names no collateral")]
    [InlineData("""{"swarmCollateral":1,"items":[{"key":"intel/root-crl","fetchedAt":"2026-06-01T00:00:00Z","sha256":"00","body":"AQ=="}]}""", "items[0]: 'sha256' has another length")]
    [InlineData("""{"swarmCollateral":1,"items":[{"key":"intel/root-crl","body":"!"}]}""", "items[0]")]
    public void A_fault_names_its_place(string json, string fault)
    {
        Assert.Null(CollateralBundle.Read(Encoding.UTF8.GetBytes(json), out var said));
        Assert.StartsWith(fault, said);
    }

    [Fact]
    public void What_has_another_form_is_no_bundle()
    {
        foreach (var text in (string[])["", "{}", "[1]", "\u0001", """{"tcb_info":1}"""]) Assert.False(CollateralBundle.IsBundle(Encoding.UTF8.GetBytes(text)));
    }

    [Theory]
    [InlineData("intel/tdx/tcb/00806F050000"), InlineData("intel/tdx/tcb/"), InlineData("intel/../root-crl"), InlineData("amd/rome/chain"), InlineData("")]
    [InlineData("nvidia/rim/.."), InlineData("nvidia/rim/NV_A/B"), InlineData("nvidia/rim/NV_A+B"), InlineData("nvidia/ocsp/00"), InlineData("amd/vcek/milan/00/0000000000000000")]
    public void What_names_nothing_is_no_key(string text) => Assert.False(CollateralKey.TryParse(text, out _));
}
