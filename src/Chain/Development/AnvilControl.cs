using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using SwarmCompute.Chain.JsonRpc;
using SwarmCompute.Chain.Sync;

namespace SwarmCompute.Chain.Development;

/// <summary>Does to a running anvil what happens to chains: blocks as they are asked for, reorgs, rewinds that nobody announces. Every failure is a <see cref="ChainException"/>.</summary>
public sealed class AnvilControl : IDisposable
{
    private const string Gas = "0x2dc6c0";                   // 3,000,000: more than any call of the contracts needs, and no estimate, which would refuse what is to fail
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    private readonly RpcEndpoint _rpc;

    /// <summary>Controls the anvil at an endpoint.</summary>
    public AnvilControl(Uri rpc) => _rpc = new RpcEndpoint(rpc, new RpcLimits(Timeout), TimeProvider.System);

    /// <summary>The block of a tag or a quantity; null where there is none.</summary>
    public async Task<BlockId?> Block(string which, CancellationToken cancel)
    {
        var block = await Call("eth_getBlockByNumber", [which, false], cancel).ConfigureAwait(false);
        return block.ValueKind == JsonValueKind.Null ? null : new BlockId(block.Member("number").UInt64(), block.Member("hash").Hash());
    }

    /// <summary>The block of a number; null where there is none.</summary>
    public Task<BlockId?> Block(ulong number, CancellationToken cancel) => Block(Hex.Quantity(number), cancel);

    /// <summary>The newest block's time.</summary>
    public async Task<DateTimeOffset> Now(CancellationToken cancel) =>
        OrderEventReader.Instant((await Call("eth_getBlockByNumber", ["latest", false], cancel).ConfigureAwait(false)).Member("timestamp").UInt64());

    /// <summary>How many transactions of an account are in blocks.</summary>
    public async Task<ulong> TransactionCount(Address account, CancellationToken cancel) =>
        (await Call("eth_getTransactionCount", [account.ToString(), "latest"], cancel).ConfigureAwait(false)).UInt64();

    /// <summary>From now on blocks are made when they are asked for only.</summary>
    public Task StopMining(CancellationToken cancel) => Call("evm_setAutomine", [false], cancel);

    /// <summary>Makes a block of all transactions that wait.</summary>
    public Task Mine(CancellationToken cancel) => Call("evm_mine", [], cancel);

    /// <summary>Hands in a transaction, which waits for the next block.</summary>
    public Task Send(AnvilCall call, CancellationToken cancel) => Call("eth_sendTransaction", [Json(call)], cancel);

    /// <summary>Forgets the transactions that wait.</summary>
    public Task DropWaiting(CancellationToken cancel) => Call("anvil_dropAllTransactions", [], cancel);

    /// <summary>Sets the chain's clock forward; the next block shows it.</summary>
    public Task AdvanceTime(TimeSpan by, CancellationToken cancel) => Call("evm_increaseTime", [Hex.Quantity((UInt128)by.TotalSeconds)], cancel);

    /// <summary>Replaces the newest blocks by as many others.</summary>
    /// <param name="depth">How many.</param>
    /// <param name="calls">What is in them: the transaction, and in which of the new blocks, from 0.</param>
    /// <param name="cancel">Stops the wait.</param>
    public Task Reorg(int depth, IEnumerable<(AnvilCall Call, int Block)> calls, CancellationToken cancel) =>
        Call("anvil_reorg", [depth, new JsonArray([.. calls.Select(c => new JsonArray(Json(c.Call), c.Block))])], cancel);

    /// <summary>Takes the newest blocks away; nobody is told.</summary>
    public Task Rollback(int depth, CancellationToken cancel) => Call("anvil_rollback", [depth], cancel);

    /// <summary>Remembers the chain as it is.</summary>
    /// <returns>What <see cref="Revert"/> takes, once.</returns>
    public async Task<string> Snapshot(CancellationToken cancel) => (await Call("evm_snapshot", [], cancel).ConfigureAwait(false)).GetString() ?? "";

    /// <summary>Makes the chain as it was; nobody is told.</summary>
    public Task Revert(string snapshot, CancellationToken cancel) => Call("evm_revert", [snapshot], cancel);

    /// <inheritdoc/>
    public void Dispose() => _rpc.Dispose();

    private static JsonObject Json(AnvilCall call) => new()
    {
        ["from"] = call.From.ToString(),
        ["to"] = call.To.ToString(),
        ["data"] = Hex.Data(call.Data),
        ["value"] = Hex.Quantity(call.Value),
        ["gas"] = Gas,
    };

    private async Task<JsonElement> Call(string method, JsonArray parameters, CancellationToken cancel)
    {
        using var body = await _rpc.Call(RpcRequest.Of(method, parameters), cancel).ConfigureAwait(false);
        return body.ToElement();
    }
}
