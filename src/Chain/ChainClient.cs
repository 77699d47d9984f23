using System.Text.Json;
using System.Text.Json.Nodes;
using SwarmCompute.Chain.JsonRpc;

namespace SwarmCompute.Chain;

/// <summary>A checked connection to the chain: the endpoint serves the configured chain, and our contracts are there.</summary>
public sealed class ChainClient : IAsyncDisposable
{
    private readonly JsonRpcClient _rpc;

    private ChainClient(ChainOptions options, TimeProvider time)
    {
        Options = options;
        Time = time;
        _rpc = new JsonRpcClient(options.Rpc, options.RequestTimeout, time);
    }

    /// <summary>Where the chain and the contracts are.</summary>
    public ChainOptions Options { get; }

    internal TimeProvider Time { get; }

    /// <summary>Connects, and checks the chain's id and that there is code at the three addresses.</summary>
    /// <exception cref="ChainException">An option out of range, no answer, another chain, or an address without code.</exception>
    public static async Task<ChainClient> Connect(ChainOptions options, CancellationToken cancel)
    {
        var client = Open(options, TimeProvider.System);
        try
        {
            await client.CheckChain(cancel).ConfigureAwait(false);
            await client.CheckCode("OrderBook", options.OrderBook, cancel).ConfigureAwait(false);
            await client.CheckCode("EscrowVault", options.EscrowVault, cancel).ConfigureAwait(false);
            await client.CheckCode("Token", options.Token, cancel).ConfigureAwait(false);
            return client;
        }
        catch (Exception)
        {
            await client.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The newest block that counts as final.</summary>
    /// <exception cref="ChainException">No answer, or the chain has no final block yet.</exception>
    public async Task<ulong> FinalizedBlock(CancellationToken cancel) => (await GetBlock(Options.Finality, cancel).ConfigureAwait(false)).Number;

    /// <summary>The newest block.</summary>
    /// <exception cref="ChainException">No answer.</exception>
    public async Task<ulong> LatestBlock(CancellationToken cancel) =>
        (await Request("eth_blockNumber", [], cancel).ConfigureAwait(false)).UInt64();

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _rpc.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>A connection whose contracts are not checked, since they are about to be deployed.</summary>
    internal static ChainClient Open(ChainOptions options, TimeProvider time)
    {
        ChainOptionsRules.Check(options);
        return new ChainClient(options, time);
    }

    /// <summary>Calls a method of the endpoint.</summary>
    internal Task<JsonElement> Request(string method, JsonArray parameters, CancellationToken cancel) => _rpc.Call(method, parameters, cancel);

    /// <summary>A block by tag or by quantity.</summary>
    internal async Task<Block> GetBlock(string which, CancellationToken cancel)
    {
        var block = await Request("eth_getBlockByNumber", [which, false], cancel).ConfigureAwait(false);
        if (block.ValueKind == JsonValueKind.Null) throw new ChainException(ChainErrorKind.Rejected, $"{Options.Rpc} has no block {which}.");
        return new Block(block.Member("number").UInt64(), block.Member("hash").Hash());
    }

    /// <summary>Asks a contract, without a transaction, as of a block.</summary>
    internal async Task<byte[]> Ask(Address contract, byte[] data, string block, CancellationToken cancel)
    {
        var call = new JsonObject { ["to"] = contract.ToString(), ["data"] = Hex.Data(data) };
        return (await Request("eth_call", [call, block], cancel).ConfigureAwait(false)).Bytes();
    }

    private async Task CheckChain(CancellationToken cancel)
    {
        var served = (await Request("eth_chainId", [], cancel).ConfigureAwait(false)).Quantity();
        if (served != Options.ChainId)
            throw new ChainException(ChainErrorKind.WrongChain, $"{Options.Rpc} serves chain {served}, but chain {Options.ChainId} is configured.");
    }

    private async Task CheckCode(string name, Address address, CancellationToken cancel)
    {
        var code = (await Request("eth_getCode", [address.ToString(), "latest"], cancel).ConfigureAwait(false)).Bytes();
        if (code.Length == 0)
            throw new ChainException(ChainErrorKind.NoCode, $"There is no contract at {address} on chain {Options.ChainId}, configured as {name}.");
    }
}
