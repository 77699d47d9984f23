using System.Collections.Immutable;

namespace SwarmCompute.Chain;

/// <summary>Where the chain is, and which contracts on it are ours.</summary>
public sealed record ChainOptions
{
    internal const int EndpointsMax = 8;
    internal const int SocketsMax = 4;
    internal const int LogRangeLimit = 50_000;

    private readonly int? _logRangeMax;
    private readonly Wei? _gasPriceFloor;
    private readonly int? _requestsPerSecond;

    /// <summary>The JSON-RPC endpoints, http or https, 1 to 8, all of the same chain. Which one is asked depends on how they are.</summary>
    public ImmutableArray<Uri> Endpoints { get; init; } = [];

    /// <summary>The only JSON-RPC endpoint; of several, the first.</summary>
    public Uri Rpc
    {
        get => Endpoints.IsDefaultOrEmpty ? throw new InvalidOperationException("These options name no endpoint.") : Endpoints[0];
        init => Endpoints = [value];
    }

    /// <summary>WebSocket endpoints, ws or wss, at most 4, that say when there is a new block; without any, the chain is asked at intervals.</summary>
    public ImmutableArray<Uri> Sockets { get; init; } = [];

    /// <summary>The chain that every endpoint must serve: 56 BNB chain, 97 its test network, 204 opBNB, 5611 its test network, 31337 development.</summary>
    public required ulong ChainId { get; init; }

    /// <summary>The OrderBook contract.</summary>
    public required Address OrderBook { get; init; }

    /// <summary>The EscrowVault contract, the only holder of tokens.</summary>
    public required Address EscrowVault { get; init; }

    /// <summary>The ERC-20 token that orders are paid in.</summary>
    public required Address Token { get; init; }

    /// <summary>The block in which the OrderBook was created; a feed without a cursor begins here.</summary>
    public ulong DeployBlock { get; init; }

    /// <summary>What is known of the chain; default: the profile of <see cref="ChainId"/>. What is given below goes before it.</summary>
    public ChainProfile Profile { get => field ?? ChainProfile.Of(ChainId); init; }

    /// <summary>The block tag that counts as final: <c>finalized</c>, <c>safe</c> or <c>latest</c>; money and keys act on <c>finalized</c> only.</summary>
    public string Finality { get; init; } = "finalized";

    /// <summary>The most blocks that one eth_getLogs may span, 1 to 50,000; default: the profile's.</summary>
    public int LogRangeMax { get => _logRangeMax ?? Profile.LogRangeMax; init => _logRangeMax = value; }

    /// <summary>The time that one request may take, 100 ms to 5 min.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The time that a transaction may take to be mined, 1 s to 30 min.</summary>
    public TimeSpan ReceiptTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The least price of a unit of gas to offer, whatever an endpoint suggests; default: the profile's.</summary>
    public Wei GasPriceFloor { get => _gasPriceFloor ?? Profile.GasPriceFloor; init => _gasPriceFloor = value; }

    /// <summary>Requests a second to one endpoint, 0 (no limit) to 10,000; default: the profile's.</summary>
    public int RequestsPerSecond { get => _requestsPerSecond ?? Profile.RequestsPerSecond; init => _requestsPerSecond = value; }
}
