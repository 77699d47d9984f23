using System.Text;

namespace SwarmCompute.Attestation.Tests;

public sealed class NvidiaMutationTests
{
    private static readonly DateTimeOffset At = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly NvidiaPolicy Plain = new(Nonce: null) { RequireRevocation = false };

    [Fact]
    public void No_mutant_of_a_report_is_accepted_and_none_throws()
    {
        var mint = new NvidiaMint();
        var (report, chain, roots) = (mint.Report(), mint.Chain, mint.Roots);
        var collateral = NvidiaMint.Collateral(mint.DriverRim(), mint.VbiosRim());
        Assert.Equal(Verdict.Accepted, NvidiaVerifier.Verify(report, chain, collateral, At, roots, Plain).Verdict);
        var random = new Random(11);
        for (var i = 0; i < 15_000; i++)
        {
            var result = NvidiaVerifier.Verify(Mutants.Of(report, random), chain, collateral, At, roots, Plain);
            Assert.True(result.Verdict == Verdict.Refused, $"mutant {i}");
        }
    }

    [Fact]
    public void A_mutant_of_a_manifest_says_the_same_or_is_refused()
    {
        var mint = new NvidiaMint();
        var bytes = Encoding.UTF8.GetBytes(mint.VbiosRim());
        var good = NvidiaRim.Read(bytes, out _)!;
        var random = new Random(12);
        for (var i = 0; i < 1500; i++)
        {
            if (NvidiaRim.Read(Mutants.Of(bytes, random), out _) is not { } mutant) continue;
            if (!NvidiaRimChecks.Origin("a manifest", mutant, mint.Roots.Rim, At).All(c => c.Passed)) continue;
            Assert.Equal(good.Canonical, mutant.Canonical);
            Assert.Equal(good.Golden.SelectMany(g => g.Hashes), mutant.Golden.SelectMany(g => g.Hashes));
        }
    }

    [Fact]
    public void No_mutant_of_a_chain_throws()
    {
        var mint = new NvidiaMint();
        byte[] report = mint.Report(), chain = [.. mint.Devices.SelectMany(d => d.Der)];
        var collateral = NvidiaMint.Collateral(mint.DriverRim(), mint.VbiosRim());
        var random = new Random(13);
        for (var i = 0; i < 300; i++)
            Assert.Equal(Verdict.Refused, NvidiaVerifier.Verify(report, Mutants.Of(chain, random), collateral, At, mint.Roots, Plain).Verdict);
    }
}
