using SwarmCompute.Chain.Abi;
using SwarmCompute.Chain.JsonRpc;

namespace SwarmCompute.Chain.Development;

/// <summary>Puts the contracts on a chain.</summary>
public static class Deployment
{
    /// <summary>Main networks, where a token that anyone's owner mints has no place.</summary>
    private static readonly UInt128[] MainNetworks = [1, 56, 204];

    /// <summary>Deploys a test token (of which the deployer gets nothing until it mints), a vault and an order book, and joins them.</summary>
    /// <param name="rpc">The endpoint of a development chain.</param>
    /// <param name="deployer">Who pays for the deployment and may mint.</param>
    /// <param name="cancel">Stops the wait; contracts that were created stay, unused.</param>
    /// <returns>Options to connect with.</returns>
    /// <exception cref="ChainException">A main network (<see cref="ChainErrorKind.WrongChain"/>), no answer, or no funds.</exception>
    public static async Task<ChainOptions> DeployDevelopment(Uri rpc, Account deployer, CancellationToken cancel)
    {
        var options = new ChainOptions { Rpc = rpc, ChainId = await DevelopmentChainId(rpc, cancel).ConfigureAwait(false), OrderBook = default, EscrowVault = default, Token = default };
        await using var client = ChainClient.Open(options, TimeProvider.System);
        var sender = new TransactionSender(client, deployer);

        var token = await Create(sender, ContractArtifact.TestUsdt, deployer.Address, cancel).ConfigureAwait(false);
        var vault = await Create(sender, ContractArtifact.EscrowVault, token.Address, cancel).ConfigureAwait(false);
        var book = await Create(sender, ContractArtifact.OrderBook, vault.Address, cancel).ConfigureAwait(false);
        await sender.Send(vault.Address, new AbiWriter("setOrderBook(address)").Add(book.Address).ToArray(), cancel).ConfigureAwait(false);
        return options with { Token = token.Address, EscrowVault = vault.Address, OrderBook = book.Address, DeployBlock = book.Block };
    }

    private static async Task<ulong> DevelopmentChainId(Uri rpc, CancellationToken cancel)
    {
        using var client = new JsonRpcClient(rpc, TimeSpan.FromSeconds(10), TimeProvider.System);
        var id = (await client.Call("eth_chainId", [], cancel).ConfigureAwait(false)).Quantity();
        if (MainNetworks.Contains(id)) throw new ChainException(ChainErrorKind.WrongChain, $"{rpc} serves the main network {id}; a test token has no place there.");
        return (ulong)id;
    }

    private static async Task<(Address Address, ulong Block)> Create(TransactionSender sender, ContractArtifact contract, Address argument, CancellationToken cancel)
    {
        byte[] code = [.. contract.Bytecode, .. AbiWriter.Arguments().Add(argument).ToArray()];
        var receipt = await sender.Send(null, code, cancel).ConfigureAwait(false);
        return receipt.CreatedContract is { } address
            ? (address, receipt.Block)
            : throw new ChainException(ChainErrorKind.Inconsistent, $"Transaction {receipt.Transaction} created no contract.");
    }
}
