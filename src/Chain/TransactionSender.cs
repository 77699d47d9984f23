using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using SwarmCompute.Chain.Abi;
using SwarmCompute.Chain.Crypto;
using SwarmCompute.Chain.JsonRpc;
using SwarmCompute.Chain.Transactions;

namespace SwarmCompute.Chain;

/// <summary>
/// Sends transactions of one account and waits until they are mined. Within the process an account's nonces are given out one at a time;
/// two processes must not share an account. A transaction that stays unmined is offered again, with the same nonce, for a tenth more.
/// </summary>
/// <param name="client">The chain.</param>
/// <param name="account">Who signs and pays.</param>
public sealed class TransactionSender(ChainClient client, Account account)
{
    private const int NonceAttemptsMax = 3;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);
    private static readonly ConcurrentDictionary<(Uri Rpc, Address Account), SemaphoreSlim> NonceLocks = new();

    /// <summary>Sends one transaction and waits for its receipt.</summary>
    /// <param name="to">The contract to call; null creates one.</param>
    /// <param name="data">The call's data, or the creation code.</param>
    /// <param name="cancel">Stops the wait; a transaction that was sent may still be mined.</param>
    /// <exception cref="ChainException">The contract refused (then usually nothing was sent), the endpoint refused, or no receipt came
    /// within <see cref="ChainOptions.ReceiptTimeout"/>; in that last case the transaction may still be mined.</exception>
    public Task<TransactionReceipt> Send(Address? to, ReadOnlyMemory<byte> data, CancellationToken cancel) => Send(to, data, Wei.Zero, cancel);

    /// <summary>Gives another account some of the chain's own coin, with which transactions are paid, and waits for the receipt.</summary>
    /// <param name="to">The account.</param>
    /// <param name="amount">How much.</param>
    /// <param name="cancel">Stops the wait; what was sent may still be mined.</param>
    /// <exception cref="ChainException">There is not that much, or as for <see cref="Send(Address?, ReadOnlyMemory{byte}, CancellationToken)"/>.</exception>
    public Task<TransactionReceipt> Transfer(Address to, Wei amount, CancellationToken cancel) => Send(to, ReadOnlyMemory<byte>.Empty, amount, cancel);

    private async Task<TransactionReceipt> Send(Address? to, ReadOnlyMemory<byte> data, Wei value, CancellationToken cancel)
    {
        var call = CallObject(to, data);
        if (value > Wei.Zero) call["value"] = Hex.Quantity(value.Value);
        var estimate = (await client.Request("eth_estimateGas", [call], cancel).ConfigureAwait(false)).UInt64();
        var price = await GasPrice(cancel).ConfigureAwait(false);
        var transaction = new FeeMarketTransaction(client.Options.ChainId, 0, price, estimate + estimate / 5, to, data, value);
        var (sent, hash) = await SendWithNextNonce(transaction, cancel).ConfigureAwait(false);
        var receipt = await WaitForReceipt(sent, hash, cancel).ConfigureAwait(false);
        return receipt.Member("status").UInt64() == 1 ? Read(receipt) : throw await WhyReverted(to, data, receipt, cancel).ConfigureAwait(false);
    }

    private async Task<(FeeMarketTransaction Sent, Hash32 Hash)> SendWithNextNonce(FeeMarketTransaction transaction, CancellationToken cancel)
    {
        var turn = NonceLocks.GetOrAdd((client.Options.Rpc, account.Address), _ => new SemaphoreSlim(1, 1));
        await turn.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                var count = await client.Request("eth_getTransactionCount", [account.Address.ToString(), "pending"], cancel).ConfigureAwait(false);
                var numbered = transaction with { Nonce = count.UInt64() };
                try
                {
                    return (numbered, await SendRaw(numbered, cancel).ConfigureAwait(false));
                }
                catch (ChainException e) when (IsNonceTaken(e) && attempt < NonceAttemptsMax)
                {
                    await Task.Delay(PollInterval, client.Time, cancel).ConfigureAwait(false);    // a backend that lags behind its balancer
                }
            }
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<Hash32> SendRaw(FeeMarketTransaction transaction, CancellationToken cancel)
    {
        var raw = transaction.Sign(account);
        var hash = Keccak256.Hash(raw);
        try
        {
            await client.Request("eth_sendRawTransaction", [Hex.Data(raw)], cancel).ConfigureAwait(false);
        }
        catch (ChainException e) when (IsKnownAlready(e) || e.Kind is ChainErrorKind.Timeout or ChainErrorKind.Unreachable)
        {
            return hash;    // sent before; or perhaps sent now, which the receipt will tell
        }
        return hash;
    }

    private async Task<JsonElement> WaitForReceipt(FeeMarketTransaction transaction, Hash32 hash, CancellationToken cancel)
    {
        var started = client.Time.GetTimestamp();
        var replaceAfter = client.Options.ReceiptTimeout / 3;
        List<Hash32> offered = [hash];
        var attempts = 1;
        while (client.Time.GetElapsedTime(started) is var waited && waited < client.Options.ReceiptTimeout)
        {
            foreach (var candidate in offered)
            {
                if (await TryReceipt(candidate, cancel).ConfigureAwait(false) is { } receipt) return receipt;
            }
            if (waited > replaceAfter * attempts)
            {
                attempts++;
                transaction = transaction with { GasPrice = Raised(transaction.GasPrice) };
                if (await Replace(transaction, cancel).ConfigureAwait(false) is { } replacement) offered.Add(replacement);
            }
            await Task.Delay(PollInterval, client.Time, cancel).ConfigureAwait(false);
        }
        throw new ChainException(ChainErrorKind.Timeout, $"Transaction 0x{offered[^1]} was not mined within {client.Options.ReceiptTimeout}; it may still be.");
    }

    /// <summary>The receipt, if there is one; an endpoint that fails meanwhile is asked again until the time is over.</summary>
    private async Task<JsonElement?> TryReceipt(Hash32 transaction, CancellationToken cancel)
    {
        try
        {
            var receipt = await client.Request("eth_getTransactionReceipt", [$"0x{transaction}"], cancel).ConfigureAwait(false);
            return receipt.ValueKind == JsonValueKind.Object ? receipt : null;
        }
        catch (ChainException e) when (e.Kind is ChainErrorKind.Timeout or ChainErrorKind.Unreachable or ChainErrorKind.Rejected)
        {
            return null;
        }
    }

    /// <summary>Offers the same nonce for more; null where the first offer was mined meanwhile.</summary>
    private async Task<Hash32?> Replace(FeeMarketTransaction transaction, CancellationToken cancel)
    {
        try
        {
            return await SendRaw(transaction, cancel).ConfigureAwait(false);
        }
        catch (ChainException e) when (IsNonceTaken(e))
        {
            return null;
        }
    }

    private async Task<Wei> GasPrice(CancellationToken cancel)
    {
        var suggested = new Wei((await client.Request("eth_gasPrice", [], cancel).ConfigureAwait(false)).Quantity());
        return suggested > client.Options.GasPriceFloor ? suggested : client.Options.GasPriceFloor;
    }

    /// <summary>Asks again, as a call on the block before, what the mined transaction was refused with.</summary>
    private async Task<ChainException> WhyReverted(Address? to, ReadOnlyMemory<byte> data, JsonElement receipt, CancellationToken cancel)
    {
        try
        {
            await client.Request("eth_call", [CallObject(to, data), Hex.Quantity(receipt.Member("blockNumber").UInt64())], cancel).ConfigureAwait(false);
        }
        catch (ChainException e) when (e.Kind == ChainErrorKind.Reverted)
        {
            return e;
        }
        return ChainException.Reverted("Unnamed", $"Transaction {receipt.Member("transactionHash").Hash()} was mined and refused.");
    }

    private JsonObject CallObject(Address? to, ReadOnlyMemory<byte> data)
    {
        var call = new JsonObject { ["from"] = account.Address.ToString(), ["data"] = Hex.Data(data.Span) };
        if (to is { } contract) call["to"] = contract.ToString();
        return call;
    }

    private static TransactionReceipt Read(JsonElement receipt)
    {
        var created = receipt.TryGetProperty("contractAddress", out var address) && address.ValueKind == JsonValueKind.String ? address.Address() : (Address?)null;
        return new TransactionReceipt(
            receipt.Member("transactionHash").Hash(), receipt.Member("blockNumber").UInt64(), receipt.Member("gasUsed").UInt64(), created)
        {
            Logs = [.. receipt.Member("logs").EnumerateArray()],
        };
    }

    /// <summary>A tenth more, rounded up: what nodes ask of a replacement.</summary>
    private static Wei Raised(Wei price) => new(price.Value + price.Value / 10 + 1);

    private static bool IsKnownAlready(ChainException e) => e.Kind == ChainErrorKind.Rejected
        && (e.Message.Contains("already known", StringComparison.OrdinalIgnoreCase) || e.Message.Contains("already imported", StringComparison.OrdinalIgnoreCase));

    private static bool IsNonceTaken(ChainException e) => e.Kind == ChainErrorKind.Rejected
        && (e.Message.Contains("nonce too low", StringComparison.OrdinalIgnoreCase) || e.Message.Contains("replacement transaction underpriced", StringComparison.OrdinalIgnoreCase));
}
