using System.Collections.Immutable;

namespace SwarmCompute.Chain;

/// <summary>
/// What differs between the chains. The figures are those of BNB chain's proposals and clients in autumn 2026 (BEP-126 fast finality, BEP-619
/// Fermi and its section 6.3, bsc v1.7.3, op-geth v0.5.10); they moved before and will again, so each can be overridden in
/// <see cref="ChainOptions"/>, or in a profile made with <c>with</c>.
/// </summary>
public sealed record ChainProfile
{
    /// <summary>The name, for example <c>bsc</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The chain's id; 0 for the profile of chains that are not listed.</summary>
    public required ulong ChainId { get; init; }

    /// <summary>The time between two blocks. BSC 0.45 s since Fermi (BEP-619), opBNB 0.25 s since Fourier.</summary>
    public required TimeSpan BlockInterval { get; init; }

    /// <summary>How the chain says what is final.</summary>
    public FinalityMode Finality { get; init; }

    /// <summary>
    /// For <see cref="FinalityMode.TagOrDepth"/>: blocks under which nothing changes any more although the tag lags. BSC without fast finality:
    /// 240 blocks, that is two thirds of the validators (BEP-619, 6.3).
    /// </summary>
    public int FallbackDepth { get; init; }

    /// <summary>The most blocks that one eth_getLogs may span. bsc's <c>--rangelimit</c> is 5,000; public opBNB endpoints take 50,000.</summary>
    public required int LogRangeMax { get; init; }

    /// <summary>The least price of a unit of gas that validators take. BSC 0.05 gwei since late 2025, opBNB about 0.001 gwei.</summary>
    public required Wei GasPriceFloor { get; init; }

    /// <summary>Blocks whose logs a plain node keeps an index of; 0 for all. bsc v1.7.3's <c>history.logs</c> is 576,000, about three days.</summary>
    public int LogRetentionBlocks { get; init; }

    /// <summary>Blocks by which the finalized block may be behind the newest before something is wrong. BSC is usually 2 behind; 32 is the alarm.</summary>
    public required int FinalityLagAlarm { get; init; }

    /// <summary>The time without a new block after which something is wrong.</summary>
    public required TimeSpan HeadStallAlarm { get; init; }

    /// <summary>Requests a second to one endpoint; 0 for no limit. BNB chain's own endpoints take 10,000 in 5 minutes.</summary>
    public int RequestsPerSecond { get; init; }

    /// <summary>BNB Smart Chain.</summary>
    public static ChainProfile Bsc { get; } = new()
    {
        Name = "bsc",
        ChainId = 56,
        BlockInterval = TimeSpan.FromMilliseconds(450),
        Finality = FinalityMode.TagOrDepth,
        FallbackDepth = 240,
        LogRangeMax = 5000,
        GasPriceFloor = new Wei(50_000_000),
        LogRetentionBlocks = 576_000,
        FinalityLagAlarm = 32,
        HeadStallAlarm = TimeSpan.FromSeconds(5),
        RequestsPerSecond = 33,
    };

    /// <summary>The test network of BNB Smart Chain: gets each fork one to three months early.</summary>
    public static ChainProfile BscTestnet { get; } = Bsc with { Name = "bsc-testnet", ChainId = 97 };

    /// <summary>opBNB: its sequencer's newest block is not safe, and finality comes 30 to 50 s later (up to 200 blocks of 0.25 s).</summary>
    public static ChainProfile OpBnb { get; } = new()
    {
        Name = "opbnb",
        ChainId = 204,
        BlockInterval = TimeSpan.FromMilliseconds(250),
        Finality = FinalityMode.Tag,
        LogRangeMax = 50_000,
        GasPriceFloor = new Wei(1_000_000),
        FinalityLagAlarm = 1200,
        HeadStallAlarm = TimeSpan.FromSeconds(5),
        RequestsPerSecond = 33,
    };

    /// <summary>The test network of opBNB.</summary>
    public static ChainProfile OpBnbTestnet { get; } = OpBnb with { Name = "opbnb-testnet", ChainId = 5611 };

    /// <summary>The development chain, which keeps all, has no limits, and makes blocks when there is something to put in.</summary>
    public static ChainProfile Anvil { get; } = new()
    {
        Name = "anvil",
        ChainId = 31337,
        BlockInterval = TimeSpan.FromMilliseconds(450),
        Finality = FinalityMode.Tag,
        LogRangeMax = 1000,
        GasPriceFloor = new Wei(50_000_000),
        FinalityLagAlarm = 1000,
        HeadStallAlarm = TimeSpan.FromMinutes(1),
    };

    /// <summary>All profiles.</summary>
    public static ImmutableArray<ChainProfile> All { get; } = [Bsc, BscTestnet, OpBnb, OpBnbTestnet, Anvil];

    /// <summary>The profile of a chain; for one that is not listed, anvil's without its name.</summary>
    public static ChainProfile Of(ulong chainId) => All.FirstOrDefault(p => p.ChainId == chainId) ?? Anvil with { Name = "other", ChainId = 0 };

    /// <summary>The profile of a name.</summary>
    /// <exception cref="FormatException">No profile has that name.</exception>
    public static ChainProfile Named(string name) => All.FirstOrDefault(p => p.Name == name)
        ?? throw new FormatException($"'{name}' is not a chain; give {string.Join(", ", All.Select(p => p.Name))}.");

    /// <inheritdoc/>
    public override string ToString() => Name;
}
