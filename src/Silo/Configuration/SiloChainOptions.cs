using SwarmCompute.Chain;
using SwarmCompute.Chain.Sync;

namespace SwarmCompute.Silo.Configuration;

/// <summary>Section <c>Chain</c>: the chain that orders and money live on.</summary>
public sealed class SiloChainOptions
{
    /// <summary>The JSON-RPC endpoint, http or https. No default.</summary>
    public string Rpc { get; set; } = "";

    /// <summary>Further endpoints of the same chain, http or https, at most 7: with any, two must agree on what is final. Default none.</summary>
    public string[] MoreRpc { get; set; } = [];

    /// <summary>WebSocket endpoints of the same chain, ws or wss, at most 4, that announce new blocks. Default none: the chain is asked at intervals, as it is anyway.</summary>
    public string[] Sockets { get; set; } = [];

    /// <summary>The chain's id, from 1. No default.</summary>
    public ulong ChainId { get; set; }

    /// <summary>The OrderBook contract, 0x and 40 hexadecimal digits. No default.</summary>
    public string OrderBook { get; set; } = "";

    /// <summary>The EscrowVault contract. No default.</summary>
    public string EscrowVault { get; set; } = "";

    /// <summary>The token that orders are paid in. No default.</summary>
    public string Token { get; set; } = "";

    /// <summary>The block in which the OrderBook was created; default 0.</summary>
    public ulong DeployBlock { get; set; }

    /// <summary>The block tag that counts as final: finalized (default), safe or latest.</summary>
    public string Finality { get; set; } = "finalized";

    /// <summary>The time between two blocks in ms, 10 to 60000; default: what is known of the chain, as for the four below.</summary>
    public int? BlockMs { get; set; }

    /// <summary>Blocks under which nothing changes any more although no tag says so, 0 (no such) to 4096.</summary>
    public int? FallbackDepth { get; set; }

    /// <summary>The most blocks that one query for logs may span, 1 to 50000.</summary>
    public int? LogRangeMax { get; set; }

    /// <summary>The least price of a unit of gas to offer, in wei.</summary>
    public ulong? GasPriceFloor { get; set; }

    /// <summary>Requests a second to one endpoint, 0 (no limit) to 10000.</summary>
    public int? RequestsPerSecond { get; set; }

    /// <summary>How often the chain is looked at even where no new block is announced, in ms; 20 to 60000, default 1000.</summary>
    public int PollMs { get; set; } = 1000;

    /// <summary>Breaks the follower of a development chain on purpose, so that the fuzz can show that it notices: empty (default) or number-only.</summary>
    public string Mutant { get; set; } = "";

    /// <summary>The file of this provider's private key (hexadecimal), which pays for transactions and is paid for leases. No default.</summary>
    public string AccountKeyFile { get; set; } = "";

    /// <summary>What is known of the chain, and what the configuration says instead.</summary>
    internal ChainProfile Profile()
    {
        var known = ChainProfile.Of(ChainId);
        var depth = FallbackDepth ?? known.FallbackDepth;
        return known with
        {
            BlockInterval = BlockMs is { } ms ? TimeSpan.FromMilliseconds(ms) : known.BlockInterval,
            Finality = depth > 0 ? FinalityMode.TagOrDepth : FinalityMode.Tag,
            FallbackDepth = depth,
            LogRangeMax = LogRangeMax ?? known.LogRangeMax,
            GasPriceFloor = GasPriceFloor is { } wei ? new Wei(wei) : known.GasPriceFloor,
            RequestsPerSecond = RequestsPerSecond ?? known.RequestsPerSecond,
        };
    }

    internal static SyncMutant? MutantOf(string text) => text switch
    {
        "" => SyncMutant.None,
        "number-only" => SyncMutant.NumberOnly,
        _ => null,
    };
}
