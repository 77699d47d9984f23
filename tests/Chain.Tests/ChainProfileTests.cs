using SwarmCompute.TestKit;

namespace SwarmCompute.Chain.Tests;

/// <summary>What is known of each chain, and what goes before it.</summary>
public sealed class ChainProfileTests
{
    [Theory]
    [InlineData("bsc", 56UL)]
    [InlineData("bsc-testnet", 97UL)]
    [InlineData("opbnb", 204UL)]
    [InlineData("opbnb-testnet", 5611UL)]
    [InlineData("anvil", 31337UL)]
    public void A_profile_is_found_by_name_and_by_id(string name, ulong chainId)
    {
        Assert.Equal(chainId, ChainProfile.Named(name).ChainId);
        Assert.Same(ChainProfile.Named(name), ChainProfile.Of(chainId));
    }

    [Fact]
    public void A_chain_that_is_not_listed_has_a_profile_without_an_id() => Assert.Equal(("other", 0UL), (ChainProfile.Of(1337).Name, ChainProfile.Of(1337).ChainId));

    [Fact]
    public void A_name_that_is_not_listed_is_refused_with_those_that_are() =>
        Assert.Contains("bsc, bsc-testnet, opbnb, opbnb-testnet, anvil", Assert.Throws<FormatException>(() => ChainProfile.Named("eth")).Message, StringComparison.Ordinal);

    [Fact]
    public void Single_values_go_before_the_profile()
    {
        var options = Options(56);
        Assert.Equal((5000, new Wei(50_000_000), 33), (options.LogRangeMax, options.GasPriceFloor, options.RequestsPerSecond));
        var other = options with { LogRangeMax = 7, GasPriceFloor = Wei.Zero, RequestsPerSecond = 0 };
        Assert.Equal((7, Wei.Zero, 0), (other.LogRangeMax, other.GasPriceFloor, other.RequestsPerSecond));
        var slower = options with { Profile = ChainProfile.Bsc with { LogRangeMax = 100 } };
        Assert.Equal(100, slower.LogRangeMax);
    }

    [Fact]
    public void The_profile_of_another_chain_is_refused()
    {
        var failure = Assert.Throws<ChainException>(() => ChainOptionsRules.Check(Options(56) with { Profile = ChainProfile.OpBnb }));
        Assert.Contains("Profile is opbnb, of chain 204, but ChainId is 56", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_many_or_wrong_addresses_are_all_named()
    {
        var options = Options(56) with
        {
            Endpoints = [.. Enumerable.Range(0, 9).Select(i => new Uri($"http://127.0.0.1:{i + 1}"))],
            Sockets = [new Uri("http://127.0.0.1:1"), .. Enumerable.Range(0, 4).Select(i => new Uri($"ws://127.0.0.1:{i + 1}"))],
        };
        var failure = Assert.Throws<ChainException>(() => ChainOptionsRules.Check(options));
        Assert.Contains("Endpoints has 9 addresses; give 1 to 8.", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Sockets has 5 addresses; give at most 4.", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Sockets names http://127.0.0.1:1/; give ws or wss addresses.", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Endpoints has 0 addresses", Assert.Throws<ChainException>(() => ChainOptionsRules.Check(Options(56) with { Endpoints = [] })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_profile_is_on_the_configuration_page_with_its_figures()
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "configuration.md"));
        Assert.All(ChainProfile.All, p => Assert.Contains(Row(p), page, StringComparison.Ordinal));
    }

    private static string Row(ChainProfile p) => FormattableString.Invariant(
        $"| `{p.Name}` | {p.ChainId} | {p.BlockInterval.TotalSeconds} s | {(p.Finality == FinalityMode.Tag ? "tag" : $"tag, or {p.FallbackDepth} blocks")} | {p.LogRangeMax} | {(decimal)(double)p.GasPriceFloor.Value / 1_000_000_000m:0.###} gwei | {(p.LogRetentionBlocks == 0 ? "all" : p.LogRetentionBlocks)} | {p.FinalityLagAlarm} blocks | {p.HeadStallAlarm.TotalSeconds} s | {(p.RequestsPerSecond == 0 ? "no limit" : p.RequestsPerSecond)} |");

    private static ChainOptions Options(ulong chainId) => new() { Rpc = new Uri("http://127.0.0.1:1"), ChainId = chainId, OrderBook = default, EscrowVault = default, Token = default };
}
