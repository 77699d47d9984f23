namespace SwarmCompute.Fuzz.Tests;

public sealed class FuzzCampaignTests
{
    private const long Runs = 20_000;
    private static readonly TimeSpan Within = TimeSpan.FromMinutes(2);

    [Fact]
    public void A_planted_bug_is_found_and_its_input_shows_it_again()
    {
        var target = Planted(b => b.Length > 8 && b[4] == 0xff ? throw new InvalidOperationException("planted") : true);
        var result = Run(target);
        Assert.Equal("exception", result.Fault?.Kind);
        Assert.Contains("planted", result.Fault!.Detail, StringComparison.Ordinal);
        Assert.Equal(0xff, result.Input![4]);
        Assert.Equal("exception", InputRun.JudgeTwice(target, result.Input, InputLimits.Default)?.Kind);
    }

    [Fact]
    public void An_exception_that_is_documented_is_no_finding_and_one_derived_from_it_is()
    {
        var documented = Planted(_ => throw new ArgumentException("bad input")) with { Documented = typeof(ArgumentException) };
        Assert.Null(Run(documented).Fault);
        var derived = Planted(_ => throw new ArgumentOutOfRangeException("input")) with { Documented = typeof(ArgumentException) };
        Assert.Equal("exception", Run(derived).Fault?.Kind);
    }

    [Fact]
    public void Memory_that_a_small_input_asks_for_is_found()
    {
        var result = Run(Planted(b => b.Length > 8 && b[4] > 0x80 ? new byte[4 * 1024 * 1024].Length > 0 : true));
        Assert.Equal("memory", result.Fault?.Kind);
    }

    [Fact]
    public void A_parser_that_says_two_things_of_one_input_is_found()
    {
        var turn = false;
        Assert.Equal("unstable", InputRun.JudgeTwice(Planted(_ => turn = !turn), [1], InputLimits.Default)?.Kind);
    }

    [Fact]
    public void The_same_seed_makes_the_same_inputs()
    {
        Assert.Equal(Inputs(7), Inputs(7));
        Assert.NotEqual(Inputs(7), Inputs(8));
    }

    [Fact]
    public void Every_target_accepts_a_seed_of_its_own_and_has_a_name_of_its_own()
    {
        Assert.Equal(FuzzTargets.All.Count, FuzzTargets.All.Select(t => t.Name).Distinct().Count());
        Assert.All(FuzzTargets.All, target =>
        {
            Assert.EndsWith("Target", target.Name, StringComparison.Ordinal);
            var seeds = target.Seeds().ToList();
            Assert.All(seeds, seed => Assert.Null(InputRun.JudgeTwice(target, seed, InputLimits.Default)));
            if (target.Name != "SnpReportTarget") Assert.Contains(seeds, seed => target.Read(seed));       // a report alone, without certificates, is always refused
        });
    }

    private static FuzzResult Run(FuzzTarget target) => new FuzzCampaign(target, 1, InputLimits.Default).Run([new byte[32]], Within, Runs);

    private static List<string> Inputs(int seed)
    {
        var inputs = new List<string>();
        var target = Planted(b =>
        {
            inputs.Add(Convert.ToHexString(b));
            return true;
        });
        new FuzzCampaign(target, seed, InputLimits.Default).Run([new byte[32]], Within, 200);
        return inputs;
    }

    private static FuzzTarget Planted(Func<byte[], bool> read) => new("PlantedTarget", read, () => []);
}
