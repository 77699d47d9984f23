namespace SwarmCompute.Chain;

/// <summary>Where the chain is, and which contracts on it are ours.</summary>
public sealed record ChainOptions
{
    /// <summary>The JSON-RPC endpoint, http or https.</summary>
    public required Uri Rpc { get; init; }

    /// <summary>The chain that the endpoint must serve: 56 BNB chain, 97 its test network, 204 opBNB, 5611 its test network, 31337 development.</summary>
    public required ulong ChainId { get; init; }

    /// <summary>The OrderBook contract.</summary>
    public required Address OrderBook { get; init; }

    /// <summary>The EscrowVault contract, the only holder of tokens.</summary>
    public required Address EscrowVault { get; init; }

    /// <summary>The ERC-20 token that orders are paid in.</summary>
    public required Address Token { get; init; }

    /// <summary>The block in which the OrderBook was created; a feed without a cursor begins here.</summary>
    public ulong DeployBlock { get; init; }

    /// <summary>The block tag that counts as final: <c>finalized</c>, <c>safe</c> or <c>latest</c>; money and keys act on <c>finalized</c> only.</summary>
    public string Finality { get; init; } = "finalized";

    /// <summary>The most blocks that one eth_getLogs may span, 1 to 50,000.</summary>
    public int LogRangeMax { get; init; } = 1000;

    /// <summary>The time that one request may take, 100 ms to 5 min.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The time that a transaction may take to be mined, 1 s to 30 min.</summary>
    public TimeSpan ReceiptTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The least price of a unit of gas to offer, whatever the endpoint suggests. BNB chain's validators ask 0.05 gwei since late 2025.</summary>
    public Wei GasPriceFloor { get; init; } = new(50_000_000);
}
