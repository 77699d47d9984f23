namespace SwarmCompute.Silo.Configuration;

/// <summary>Section <c>Chain</c>: the chain that orders and money live on.</summary>
public sealed class SiloChainOptions
{
    /// <summary>The JSON-RPC endpoint, http or https. No default.</summary>
    public string Rpc { get; set; } = "";

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

    /// <summary>The file of this provider's private key (hexadecimal), which pays for transactions and is paid for leases. No default.</summary>
    public string AccountKeyFile { get; set; } = "";
}
