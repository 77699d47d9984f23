using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using SwarmCompute.Chain.Crypto;
using SwarmCompute.Chain.JsonRpc;
using SwarmCompute.Chain.Transactions;

namespace SwarmCompute.Chain;

/// <summary>
/// Sends transactions of one account and waits until they are mined. What is offered is in a journal before it leaves, so that after a crash
/// the very same transaction is offered again and no purpose takes effect twice. Within the process an account's nonces are given out one at
/// a time; between processes that share its journal, the journal gives them out.
/// </summary>
public sealed class TransactionSender
{
    private const int AttemptsMax = 5;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan TendInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(5);
    private static readonly ConcurrentDictionary<(ulong ChainId, Uri Endpoint, Address Account), SemaphoreSlim> Turns = new();

    private readonly IChainRequests _chain;
    private readonly Account _account;
    private readonly ITransactionJournal _journal;
    private readonly AccountTransactions _transactions;
    private readonly JournalSweep _sweep;
    private readonly SemaphoreSlim _turn;
    private long? _swept;

    /// <summary>A sender whose journal ends with the process: for wallets.</summary>
    /// <param name="client">The chain.</param>
    /// <param name="account">Who signs and pays.</param>
    public TransactionSender(ChainClient client, Account account) : this(client, account, new MemoryTransactionJournal())
    {
    }

    /// <summary>A sender with a durable journal. Call <see cref="Recover"/> when the process starts, and now and then.</summary>
    /// <param name="client">The chain.</param>
    /// <param name="account">Who signs and pays.</param>
    /// <param name="journal">The account's journal.</param>
    public TransactionSender(ChainClient client, Account account, ITransactionJournal journal) : this((IChainRequests)client, account, journal)
    {
    }

    internal TransactionSender(IChainRequests chain, Account account, ITransactionJournal journal)
    {
        (_chain, _account, _journal) = (chain, account, journal);
        _transactions = new AccountTransactions(chain, account);
        _sweep = new JournalSweep(chain, account, journal, _transactions);
        _turn = Turns.GetOrAdd((chain.Options.ChainId, chain.Options.Rpc, account.Address), _ => new SemaphoreSlim(1, 1));
    }

    /// <summary>Sends one transaction and waits for its receipt. Called again, it sends another one.</summary>
    /// <param name="to">The contract to call; null creates one.</param>
    /// <param name="data">The call's data, or the creation code.</param>
    /// <param name="cancel">Stops the wait; a transaction that was sent may still be mined.</param>
    /// <exception cref="ChainException">The contract refused (then usually nothing was sent), the endpoint refused, or no receipt came
    /// within <see cref="ChainOptions.ReceiptTimeout"/>; in that last case the transaction may still be mined.</exception>
    public Task<TransactionReceipt> Send(Address? to, ReadOnlyMemory<byte> data, CancellationToken cancel) => Send(Unnamed(), to, data, Wei.Zero, cancel);

    /// <summary>
    /// Makes one call of a contract take effect: its content is its purpose. For calls that say the same however often they are made, such
    /// as those of an outbox.
    /// </summary>
    /// <inheritdoc cref="Send(string, Address?, ReadOnlyMemory{byte}, Wei, CancellationToken)"/>
    public Task<TransactionReceipt> SendOnce(Address to, ReadOnlyMemory<byte> data, CancellationToken cancel) =>
        Send($"call {to} {Keccak256.Hash(data.Span)}", to, data, Wei.Zero, cancel);

    /// <summary>Gives another account some of the chain's own coin, with which transactions are paid, and waits for the receipt.</summary>
    /// <param name="to">The account.</param>
    /// <param name="amount">How much.</param>
    /// <param name="cancel">Stops the wait; what was sent may still be mined.</param>
    /// <exception cref="ChainException">There is not that much, or as for <see cref="Send(Address?, ReadOnlyMemory{byte}, CancellationToken)"/>.</exception>
    public Task<TransactionReceipt> Transfer(Address to, Wei amount, CancellationToken cancel) => Send(Unnamed(), to, ReadOnlyMemory<byte>.Empty, amount, cancel);

    /// <summary>
    /// Makes one transaction of a purpose take effect, and waits for its receipt. While the journal has an entry of that purpose, it is that
    /// transaction which is waited for, and offered again where need be, whatever is given here; so a call that failed or was cut off is to be
    /// repeated until it returns, and then no more: an entry that was told of is removed once it is final.
    /// </summary>
    /// <param name="purpose">What it is for: a text that no other transaction of the account has.</param>
    /// <param name="to">The contract to call; null creates one.</param>
    /// <param name="data">The call's data, or the creation code.</param>
    /// <param name="value">What it carries of the chain's own coin.</param>
    /// <param name="cancel">Stops the wait; the transaction may still be mined.</param>
    /// <exception cref="ChainException">As for <see cref="Send(Address?, ReadOnlyMemory{byte}, CancellationToken)"/>. A refusal that was mined
    /// (<see cref="ChainErrorKind.Reverted"/>) is what became of the purpose: to try anew, give another one.</exception>
    public async Task<TransactionReceipt> Send(string purpose, Address? to, ReadOnlyMemory<byte> data, Wei value, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            var entry = await InTurn(() => Begin(purpose, to, data, value, cancel), cancel).ConfigureAwait(false);
            var (last, receipt) = await WaitForReceipt(entry, cancel).ConfigureAwait(false);
            if (receipt is { } mined)
            {
                _sweep.Told(last.Nonce);
                return mined.Member("status").UInt64() == 1 ? Read(mined) : throw await WhyReverted(last, mined, cancel).ConfigureAwait(false);
            }
            await InTurn(() => Forget(last, cancel), cancel).ConfigureAwait(false);
            if (attempt == AttemptsMax) throw Crowded();
        }
    }

    /// <summary>
    /// Goes through the journal: what was dropped is offered again, byte for byte, holes between the nonces are filled, and what is final and
    /// told of is removed. To be called when the process starts, and again while anything is not final.
    /// </summary>
    /// <exception cref="ChainException">No answer; call again.</exception>
    public Task<ImmutableArray<RecoveredTransaction>> Recover(CancellationToken cancel) => InTurn(() => Sweep(null, cancel), cancel);

    private static string Unnamed() => $"unnamed {Guid.NewGuid():N}";

    private async Task<T> InTurn<T>(Func<Task<T>> work, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            return await work().ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The purpose's entry, resumed or new; it has been offered.</summary>
    private async Task<JournalEntry> Begin(string purpose, Address? to, ReadOnlyMemory<byte> data, Wei value, CancellationToken cancel)
    {
        if (await Find(purpose, cancel).ConfigureAwait(false) is { } open)
        {
            if (await _transactions.Receipt(open, cancel).ConfigureAwait(false) is null) await _transactions.OfferAgain(open, cancel).ConfigureAwait(false);
            return open;
        }
        if (_swept is not { } swept || _chain.Time.GetElapsedTime(swept) > SweepInterval) await Sweep(purpose, cancel).ConfigureAwait(false);
        var gas = await _transactions.GasLimit(to, data, value, cancel).ConfigureAwait(false);
        var price = await _transactions.GasPrice(cancel).ConfigureAwait(false);
        ulong atLeast = 0;
        for (var attempt = 1; ; attempt++)
        {
            var nonce = Math.Max(atLeast, await NextNonce(cancel).ConfigureAwait(false));
            var entry = JournalEntry.Begin(nonce, purpose, to, data, value, gas, price, _account, _chain.Options.ChainId);
            if (!await _journal.Write(entry, cancel).ConfigureAwait(false))
            {
                if (await Find(purpose, cancel).ConfigureAwait(false) is { } others) return others;
                if (attempt == AttemptsMax) throw Crowded();
                continue;
            }
            try
            {
                await _transactions.Offer(entry, cancel).ConfigureAwait(false);
                return entry;
            }
            catch (ChainException e) when (e is { MayHaveArrived: false, Kind: not ChainErrorKind.WrongChain })
            {
                if (IsNonceTaken(e) && await _transactions.IsAnywhere(entry, cancel).ConfigureAwait(false)) return entry;     // another process found it in the journal, and offered it first
                await _journal.Remove(nonce, purpose, cancel).ConfigureAwait(false);    // nobody has it
                if (!IsNonceTaken(e) || attempt == AttemptsMax) throw;
                atLeast = nonce + 1;
            }
            await Task.Delay(PollInterval, _chain.Time, cancel).ConfigureAwait(false);    // a backend that lags behind its balancer
        }
    }

    private async Task<ImmutableArray<RecoveredTransaction>> Sweep(string? except, CancellationToken cancel)
    {
        _swept = _chain.Time.GetTimestamp();
        return await _sweep.Sweep(except, cancel).ConfigureAwait(false);
    }

    private async Task<JournalEntry?> Find(string purpose, CancellationToken cancel) =>
        (await _journal.Read(cancel).ConfigureAwait(false)).FirstOrDefault(e => e.Purpose == purpose);

    private ChainException Crowded() =>
        new(ChainErrorKind.NonceTooLow, $"Other transactions of account {_account.Address} took {AttemptsMax} nonces in a row; who else sends with it?");

    private async Task<ulong> NextNonce(CancellationToken cancel)
    {
        var counts = Math.Max(await _transactions.Count("latest", cancel).ConfigureAwait(false), await _transactions.Count("pending", cancel).ConfigureAwait(false));
        var entries = await _journal.Read(cancel).ConfigureAwait(false);
        return entries.IsEmpty ? counts : Math.Max(counts, entries.Max(e => e.Nonce) + 1);
    }

    /// <summary>Waits for a receipt of any offer; none where another transaction has the nonce.</summary>
    private async Task<(JournalEntry Entry, JsonElement? Receipt)> WaitForReceipt(JournalEntry entry, CancellationToken cancel)
    {
        var started = _chain.Time.GetTimestamp();
        var replaceAfter = _chain.Options.ReceiptTimeout / 3;
        var (raises, tended) = (1, TimeSpan.Zero);
        while (_chain.Time.GetElapsedTime(started) is var waited && waited < _chain.Options.ReceiptTimeout)
        {
            if (await _transactions.Receipt(entry, cancel).ConfigureAwait(false) is { } receipt) return (entry, receipt);
            if (waited > replaceAfter * raises)
            {
                raises++;
                entry = await InTurn(() => Raise(entry, cancel), cancel).ConfigureAwait(false);
            }
            else if (waited - tended > TendInterval)
            {
                tended = waited;
                entry = await Current(entry, cancel).ConfigureAwait(false);
                if (await IsLost(entry, cancel).ConfigureAwait(false)) return (entry, null);
            }
            await Task.Delay(PollInterval, _chain.Time, cancel).ConfigureAwait(false);
        }
        throw new ChainException(ChainErrorKind.Timeout, $"Transaction 0x{entry.Hashes[^1]} was not mined within {_chain.Options.ReceiptTimeout}; it may still be.");
    }

    /// <summary>Looks after a transaction that is not mined: offers it again where it was dropped, fills a hole before it. True where it is void.</summary>
    private async Task<bool> IsLost(JournalEntry entry, CancellationToken cancel)
    {
        try
        {
            if (await _transactions.Count("latest", cancel).ConfigureAwait(false) > entry.Nonce) return await _transactions.IsVoid(entry, cancel).ConfigureAwait(false);
            if (!await _transactions.IsKnown(entry, cancel).ConfigureAwait(false)) await _transactions.OfferAgain(entry, cancel).ConfigureAwait(false);
            await InTurn(() => _sweep.FillHoles(entry.Nonce, cancel), cancel).ConfigureAwait(false);
            return false;
        }
        catch (ChainException e) when (e.Kind is not ChainErrorKind.Inconsistent and not ChainErrorKind.WrongChain)
        {
            return false;    // an endpoint that fails is asked again until the time is over
        }
    }

    /// <summary>Offers the same nonce for more. The new hash is in the journal before; where the account cannot pay it, the old offer stands.</summary>
    private async Task<JournalEntry> Raise(JournalEntry entry, CancellationToken cancel)
    {
        var current = await Current(entry, cancel).ConfigureAwait(false);
        if (current.Hashes.Length >= JournalEntry.HashesMax) return current;
        var raised = current.Raised(_account, _chain.Options.ChainId);
        if (!await _journal.Write(raised, cancel).ConfigureAwait(false)) return current;
        try
        {
            await _transactions.Offer(raised, cancel).ConfigureAwait(false);
        }
        catch (ChainException e) when (e is { Kind: ChainErrorKind.InsufficientFunds, MayHaveArrived: false })
        {
            await _journal.Write(current, cancel).ConfigureAwait(false);
            return current;
        }
        catch (ChainException e) when (e.Kind is not ChainErrorKind.Inconsistent and not ChainErrorKind.WrongChain)
        {
            return raised;    // mined meanwhile, or still too low: the next look tells
        }
        return raised;
    }

    /// <summary>The entry with all offers: another caller may wait for the same purpose, and have raised it.</summary>
    private async Task<JournalEntry> Current(JournalEntry entry, CancellationToken cancel) =>
        (await _journal.Read(cancel).ConfigureAwait(false)).FirstOrDefault(e => e.Nonce == entry.Nonce && e.Purpose == entry.Purpose) ?? entry;

    private async Task<bool> Forget(JournalEntry entry, CancellationToken cancel)
    {
        await _journal.Remove(entry.Nonce, entry.Purpose, cancel).ConfigureAwait(false);
        return true;
    }

    /// <summary>Asks again, as a call on the block before, what the mined transaction was refused with.</summary>
    private async Task<ChainException> WhyReverted(JournalEntry entry, JsonElement receipt, CancellationToken cancel)
    {
        try
        {
            await _chain.Request("eth_call", [_transactions.Call(entry.To, entry.Data), Hex.Quantity(receipt.Member("blockNumber").UInt64())], cancel).ConfigureAwait(false);
        }
        catch (ChainException e) when (e.Kind == ChainErrorKind.Reverted)
        {
            return e;
        }
        return ChainException.Reverted("Unnamed", $"Transaction {receipt.Member("transactionHash").Hash()} was mined and refused.");
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

    private static bool IsNonceTaken(ChainException e) => e.Kind == ChainErrorKind.NonceTooLow
        || (e.Kind == ChainErrorKind.Underpriced && e.Message.Contains("replacement", StringComparison.OrdinalIgnoreCase));
}
