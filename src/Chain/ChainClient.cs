using System.Text.Json;
using System.Text.Json.Nodes;
using SwarmCompute.Chain.JsonRpc;

namespace SwarmCompute.Chain;

/// <summary>A checked connection to the chain: the endpoint serves the configured chain, and our contracts are there.</summary>
public sealed class ChainClient : IChainRequests, IAsyncDisposable
{
    private readonly RpcPool _rpc;

    private ChainClient(ChainOptions options, TimeProvider time)
    {
        Options = options;
        Time = time;
        _rpc = new RpcPool(options.Endpoints, new RpcLimits(options.RequestTimeout, options.RequestsPerSecond), time);
    }

    /// <summary>Where the chain and the contracts are.</summary>
    public ChainOptions Options { get; }

    internal TimeProvider Time { get; }

    /// <summary>How many endpoints there are, for questions on which several must agree.</summary>
    internal int EndpointCount => _rpc.Endpoints.Length;

    /// <summary>Connects, and checks that every endpoint serves the chain and that the code of all our contracts is ours; of the token, that it has code.</summary>
    /// <exception cref="ChainException">An option out of range, no answer, another chain, or an address without code or with other code.</exception>
    public static Task<ChainClient> Connect(ChainOptions options, CancellationToken cancel) => Connect(options, ContractCheck.Of(options), all: true, cancel);

    /// <summary>Connects for someone who only reads orders: of the contracts, only the order book is checked.</summary>
    /// <exception cref="ChainException">As for <see cref="Connect(ChainOptions, CancellationToken)"/>.</exception>
    public static Task<ChainClient> ConnectToOrderBook(ChainOptions options, CancellationToken cancel) => Connect(options, [.. ContractCheck.Of(options).Take(1)], all: false, cancel);

    TimeProvider IChainRequests.Time => Time;

    int IChainRequests.EndpointCount => EndpointCount;

    Task<JsonElement> IChainRequests.Request(string method, JsonArray parameters, CancellationToken cancel) => Request(method, parameters, cancel);

    Task<JsonElement> IChainRequests.RequestAt(int endpoint, string method, JsonArray parameters, CancellationToken cancel) =>
        RequestAt(endpoint, method, parameters, cancel);

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

    /// <summary>Calls a method of whichever endpoint is fit to answer.</summary>
    /// <exception cref="ChainException">No endpoint answers, or one refused.</exception>
    internal async Task<JsonElement> Request(string method, JsonArray parameters, CancellationToken cancel)
    {
        using var body = await RequestRaw(method, parameters, cancel).ConfigureAwait(false);
        return body.ToElement();
    }

    /// <summary>Calls a method, and gives the result's bytes, to be disposed.</summary>
    /// <exception cref="ChainException">As above.</exception>
    internal Task<RpcBody> RequestRaw(string method, JsonArray parameters, CancellationToken cancel) => _rpc.Call(RpcRequest.Of(method, parameters), cancel);

    /// <summary>Calls a method of one endpoint and of no other.</summary>
    /// <param name="endpoint">From 0 to <see cref="EndpointCount"/> - 1.</param>
    /// <param name="method">The method.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="cancel">Stops the wait.</param>
    /// <exception cref="ChainException">It does not answer, or refused.</exception>
    internal async Task<JsonElement> RequestAt(int endpoint, string method, JsonArray parameters, CancellationToken cancel)
    {
        using var body = await RequestRawAt(endpoint, method, parameters, cancel).ConfigureAwait(false);
        return body.ToElement();
    }

    /// <summary>Calls a method of one endpoint and of no other, and gives the result's bytes, to be disposed.</summary>
    /// <exception cref="ChainException">As above.</exception>
    internal Task<RpcBody> RequestRawAt(int endpoint, string method, JsonArray parameters, CancellationToken cancel) =>
        _rpc.CallAt(endpoint, RpcRequest.Of(method, parameters), cancel);

    /// <summary>A block by tag or by quantity.</summary>
    internal async Task<Block> GetBlock(string which, CancellationToken cancel)
    {
        var block = await Request("eth_getBlockByNumber", [which, false], cancel).ConfigureAwait(false);
        if (block.ValueKind == JsonValueKind.Null) throw new ChainException(ChainErrorKind.Rejected, $"There is no block {which} on chain {Options.ChainId}.");
        return new Block(block.Member("number").UInt64(), block.Member("hash").Hash());
    }

    /// <summary>Asks a contract, without a transaction, as of a block.</summary>
    internal async Task<byte[]> Ask(Address contract, byte[] data, string block, CancellationToken cancel)
    {
        var call = new JsonObject { ["to"] = contract.ToString(), ["data"] = Hex.Data(data) };
        return (await Request("eth_call", [call, block], cancel).ConfigureAwait(false)).Bytes();
    }

    private static async Task<ChainClient> Connect(ChainOptions options, IReadOnlyList<ContractCheck> contracts, bool all, CancellationToken cancel)
    {
        var client = Open(options, TimeProvider.System);
        try
        {
            await client._rpc.RequireChain(options.ChainId, cancel).ConfigureAwait(false);
            foreach (var contract in contracts) await contract.Require(client, cancel).ConfigureAwait(false);
            if (all) await ContractCheck.RequireOthers(client, cancel).ConfigureAwait(false);
            return client;
        }
        catch (Exception)
        {
            await client.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
