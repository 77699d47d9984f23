using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using SwarmCompute.Chain.JsonRpc;
using SwarmCompute.Chain.Transactions;

namespace SwarmCompute.Chain.Development;

/// <summary>Answers that are wrong: what the endpoint behind says, changed; or what it never said.</summary>
/// <param name="upstream">The endpoint behind.</param>
internal sealed class FaultyAnswers(RpcEndpoint upstream)
{
    private const ulong Backward = 3;
    private const int NonceError = 5;
    private static readonly string EmptyBloom = "0x" + new string('0', 512);
    private static readonly string FullBloom = "0x" + new string('f', 512);

    private JsonNode? _stale;

    /// <summary>The whole answer to a request under a fault of its content.</summary>
    /// <exception cref="ChainException">The endpoint behind does not answer, or refuses.</exception>
    public async Task<JsonObject> To(RpcFault fault, long id, string method, JsonArray parameters, CancellationToken cancel) => fault switch
    {
        RpcFault.LimitExceeded => Error(id, -32005, "limit exceeded"),
        RpcFault.MethodNotFound => Error(id, -32601, $"the method {method} does not exist/is not available"),
        RpcFault.WrongId => Result(id + 1_000_000, await Ask(method, parameters, cancel).ConfigureAwait(false)),
        RpcFault.WrongChain => Result(id, "0x1"),
        RpcFault.WrongNonce => Result(id, Hex.Quantity(Number(await Ask(method, parameters, cancel).ConfigureAwait(false)) + NonceError)),
        RpcFault.BackwardFinalized => Result(id, await Before(parameters, cancel).ConfigureAwait(false)),
        RpcFault.StaleFinalized => Result(id, (_stale ??= await Ask(method, parameters, cancel).ConfigureAwait(false))?.DeepClone()),
        RpcFault.DroppedTransaction => Result(id, $"0x{Sent(parameters).Hash}"),
        RpcFault.ReplacedTransaction => Result(id, await Replace(Sent(parameters), cancel).ConfigureAwait(false)),
        RpcFault.WrongBloom => Result(id, Bloomed(await Ask(method, parameters, cancel).ConfigureAwait(false))),
        _ => Result(id, Logs(fault, await Ask(method, parameters, cancel).ConfigureAwait(false))),
    };

    private static JsonNode? Logs(RpcFault fault, JsonNode? result)
    {
        if (result is not JsonArray { Count: > 0 } logs) return result;
        var all = logs.Select(log => log!.DeepClone()).ToList();
        if (fault == RpcFault.TruncatedLogs) all.RemoveAt(all.Count - 1);
        if (fault == RpcFault.DuplicatedLogs) all.Insert(0, all[0].DeepClone());
        if (fault == RpcFault.ReorderedLogs) all.Reverse();
        if (fault == RpcFault.EmptyLogs) all.Clear();
        if (fault == RpcFault.RemovedLogs) all[^1]["removed"] = true;
        return new JsonArray([.. all]);
    }

    private static JsonNode? Bloomed(JsonNode? block)
    {
        if (block is JsonObject) block["logsBloom"] = block["logsBloom"]?.GetValue<string>() == EmptyBloom ? FullBloom : EmptyBloom;
        return block;
    }

    private async Task<JsonNode?> Before(JsonArray parameters, CancellationToken cancel)
    {
        var finalized = await Ask("eth_getBlockByNumber", parameters, cancel).ConfigureAwait(false);
        if (finalized is not JsonObject) return finalized;
        var number = Number(finalized["number"]);
        return await Ask("eth_getBlockByNumber", [Hex.Quantity(number > Backward ? number - Backward : 0), false], cancel).ConfigureAwait(false);
    }

    /// <summary>Puts an empty transaction in the place of one, which the development chain signs for the account.</summary>
    private async Task<string> Replace(SignedTransaction transaction, CancellationToken cancel)
    {
        var from = transaction.Sender.ToString();
        await Ask("anvil_impersonateAccount", [from], cancel).ConfigureAwait(false);
        await Ask("eth_sendTransaction", [new JsonObject { ["from"] = from, ["to"] = from, ["nonce"] = Hex.Quantity(transaction.Nonce), ["gas"] = "0x5208", ["gasPrice"] = "0x3b9aca00" }], cancel).ConfigureAwait(false);
        return $"0x{transaction.Hash}";
    }

    private async Task<JsonNode?> Ask(string method, JsonArray parameters, CancellationToken cancel)
    {
        var result = await upstream.Call(method, parameters, cancel).ConfigureAwait(false);
        return JsonSerializer.SerializeToNode(result);
    }

    private static SignedTransaction Sent(JsonArray parameters) =>
        SignedTransaction.Read(Convert.FromHexString(parameters[0]!.GetValue<string>().AsSpan(2))) ?? throw new FormatException("not a signed transaction");

    private static ulong Number(JsonNode? quantity) => ulong.Parse(quantity!.GetValue<string>().AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static JsonObject Result(long id, JsonNode? result) => new() { ["jsonrpc"] = "2.0", ["id"] = id, ["result"] = result };

    private static JsonObject Error(long id, int code, string message) =>
        new() { ["jsonrpc"] = "2.0", ["id"] = id, ["error"] = new JsonObject { ["code"] = code, ["message"] = message } };
}
