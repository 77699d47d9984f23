using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using SwarmCompute.Chain.JsonRpc;

namespace SwarmCompute.Chain.Transactions;

/// <summary>What one account asks the chain about its transactions, and how it offers them.</summary>
/// <param name="chain">The chain.</param>
/// <param name="account">Who signs and pays.</param>
internal sealed class AccountTransactions(IChainRequests chain, Account account)
{
    /// <summary>Between the two looks that it takes to call a transaction void.</summary>
    private static readonly TimeSpan SecondLook = TimeSpan.FromMilliseconds(500);

    /// <summary>The account's count of transactions as of a block.</summary>
    /// <exception cref="ChainException">No answer.</exception>
    public async Task<ulong> Count(string block, CancellationToken cancel) =>
        (await chain.Request("eth_getTransactionCount", [account.Address.ToString(), block], cancel).ConfigureAwait(false)).UInt64();

    /// <summary>What to pay for a unit of gas.</summary>
    /// <exception cref="ChainException">No answer.</exception>
    public async Task<Wei> GasPrice(CancellationToken cancel)
    {
        var suggested = new Wei((await chain.Request("eth_gasPrice", [], cancel).ConfigureAwait(false)).Quantity());
        return suggested > chain.Options.GasPriceFloor ? suggested : chain.Options.GasPriceFloor;
    }

    /// <summary>What a call needs, and a fifth more.</summary>
    /// <exception cref="ChainException">The contract refuses, or no answer.</exception>
    public async Task<ulong> GasLimit(Address? to, ReadOnlyMemory<byte> data, Wei value, CancellationToken cancel)
    {
        var call = Call(to, data);
        if (value > Wei.Zero) call["value"] = Hex.Quantity(value.Value);
        var estimate = (await chain.Request("eth_estimateGas", [call], cancel).ConfigureAwait(false)).UInt64();
        return estimate + estimate / 5;
    }

    /// <summary>A call from this account.</summary>
    public JsonObject Call(Address? to, ReadOnlyMemory<byte> data)
    {
        var call = new JsonObject { ["from"] = account.Address.ToString(), ["data"] = Hex.Data(data.Span) };
        if (to is { } contract) call["to"] = contract.ToString();
        return call;
    }

    /// <summary>Hands the last offer of an entry over. That it had it already, or that it is not known whether it arrived, is as good.</summary>
    /// <exception cref="ChainException">The endpoint refused it.</exception>
    public async Task Offer(JournalEntry entry, CancellationToken cancel)
    {
        try
        {
            await chain.Request("eth_sendRawTransaction", [Hex.Data(entry.Sign(account, chain.Options.ChainId))], cancel).ConfigureAwait(false);
        }
        catch (ChainException e) when (IsOpen(e.Kind))
        {
            // It is there, or whether it is will show: it is offered until it is mined.
        }
    }

    /// <summary>Hands an entry over that was offered before: then a refusal decides nothing, and the chain is asked.</summary>
    /// <exception cref="ChainException">The entry is another account's.</exception>
    public async Task OfferAgain(JournalEntry entry, CancellationToken cancel)
    {
        try
        {
            await Offer(entry, cancel).ConfigureAwait(false);
        }
        catch (ChainException e) when (e.Kind is not ChainErrorKind.Inconsistent and not ChainErrorKind.WrongChain)
        {
            // Mined meanwhile, or no longer wanted: what the chain says about its hashes decides.
        }
    }

    /// <summary>The receipt of whichever offer was mined; null while none is. An endpoint that fails counts as null.</summary>
    public async Task<JsonElement?> Receipt(JournalEntry entry, CancellationToken cancel)
    {
        try
        {
            return await Receipt(entry, (method, parameters) => chain.Request(method, parameters, cancel)).ConfigureAwait(false);
        }
        catch (ChainException e) when (e.Kind is not ChainErrorKind.Inconsistent and not ChainErrorKind.WrongChain)
        {
            return null;
        }
    }

    /// <summary>Whether the endpoints know of the last offer.</summary>
    /// <exception cref="ChainException">No answer.</exception>
    public async Task<bool> IsKnown(JournalEntry entry, CancellationToken cancel) =>
        (await chain.Request("eth_getTransactionByHash", [$"0x{entry.Hashes[^1]}"], cancel).ConfigureAwait(false)).ValueKind == JsonValueKind.Object;

    /// <summary>Whether any endpoint knows of any offer. One that does not answer knows of none.</summary>
    public async Task<bool> IsAnywhere(JournalEntry entry, CancellationToken cancel) =>
        (await Task.WhenAll(Enumerable.Range(0, chain.EndpointCount).Select(i => IsAt(i, entry, cancel))).ConfigureAwait(false)).Any(isThere => isThere);

    private async Task<bool> IsAt(int endpoint, JournalEntry entry, CancellationToken cancel)
    {
        try
        {
            foreach (var hash in entry.Hashes)
            {
                var transaction = await chain.RequestAt(endpoint, "eth_getTransactionByHash", [$"0x{hash}"], cancel).ConfigureAwait(false);
                if (transaction.ValueKind == JsonValueKind.Object) return true;
            }
        }
        catch (ChainException e) when (e.Kind is not ChainErrorKind.WrongChain)
        {
            return false;
        }
        return false;
    }

    /// <summary>
    /// Whether another transaction has the entry's nonce for good: every endpoint that answers has a final block in which the nonce is used,
    /// and knows no receipt of any offer; twice. A wrong yes would send the purpose twice, so all doubt is a no.
    /// </summary>
    public async Task<bool> IsVoid(JournalEntry entry, CancellationToken cancel)
    {
        if (!await LooksVoid(entry, cancel).ConfigureAwait(false)) return false;
        await Task.Delay(SecondLook, chain.Time, cancel).ConfigureAwait(false);
        return await LooksVoid(entry, cancel).ConfigureAwait(false);
    }

    private async Task<bool> LooksVoid(JournalEntry entry, CancellationToken cancel)
    {
        var looks = await Task.WhenAll(Enumerable.Range(0, chain.EndpointCount).Select(i => LooksVoid(i, entry, cancel))).ConfigureAwait(false);
        return looks.Any(l => l == true) && looks.All(l => l != false);
    }

    /// <summary>As one endpoint sees it; null where it does not answer. The count first: what came after it only adds receipts.</summary>
    private async Task<bool?> LooksVoid(int endpoint, JournalEntry entry, CancellationToken cancel)
    {
        try
        {
            var used = await chain.RequestAt(endpoint, "eth_getTransactionCount", [account.Address.ToString(), chain.Options.Finality], cancel).ConfigureAwait(false);
            return used.UInt64() > entry.Nonce && await Receipt(entry, (method, parameters) => chain.RequestAt(endpoint, method, parameters, cancel)).ConfigureAwait(false) is null;
        }
        catch (ChainException)
        {
            return null;
        }
    }

    private static async Task<JsonElement?> Receipt(JournalEntry entry, Func<string, JsonArray, Task<JsonElement>> ask)
    {
        foreach (var hash in entry.Hashes.Reverse())
        {
            var receipt = await ask("eth_getTransactionReceipt", [$"0x{hash}"]).ConfigureAwait(false);
            if (receipt.ValueKind == JsonValueKind.Object) return receipt;
        }
        return null;
    }

    private static bool IsOpen(ChainErrorKind kind) => kind is ChainErrorKind.AlreadyKnown or ChainErrorKind.Timeout or ChainErrorKind.Unreachable
        or ChainErrorKind.RateLimited or ChainErrorKind.PoolFull;
}
