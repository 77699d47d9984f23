using System.Collections.Immutable;
using SwarmCompute.Chain.Crypto;

namespace SwarmCompute.Chain.Transactions;

/// <summary>
/// A transaction that an account has offered, or was about to offer. Signing is deterministic, so the entry, with the account's key, gives
/// the very bytes again.
/// </summary>
/// <param name="Nonce">Its nonce; one entry a nonce.</param>
/// <param name="Purpose">What it is for; one entry a purpose.</param>
/// <param name="To">The contract or account that it goes to; null where it creates a contract.</param>
/// <param name="Data">The call's data, or the creation code.</param>
/// <param name="Value">What it carries of the chain's own coin.</param>
/// <param name="GasLimit">The most gas that it may use.</param>
/// <param name="GasPrice">The price that was offered last.</param>
/// <param name="Hashes">The hashes under which it was offered, from 1 to 12; the last one belongs to <paramref name="GasPrice"/>.</param>
public sealed record JournalEntry(
    ulong Nonce, string Purpose, Address? To, ReadOnlyMemory<byte> Data, Wei Value, ulong GasLimit, Wei GasPrice, ImmutableArray<Hash32> Hashes)
{
    /// <summary>The most offers of one transaction, the first included.</summary>
    public const int HashesMax = 12;

    /// <summary>An entry with the hash of its first offer.</summary>
    internal static JournalEntry Begin(ulong nonce, string purpose, Address? to, ReadOnlyMemory<byte> data, Wei value, ulong gasLimit, Wei gasPrice, Account account, ulong chainId) =>
        new JournalEntry(nonce, purpose, to, data, value, gasLimit, gasPrice, []).Offered(account, chainId);

    /// <summary>The same transaction for a tenth more, rounded up, which is what nodes ask of a replacement.</summary>
    internal JournalEntry Raised(Account account, ulong chainId) =>
        (this with { GasPrice = new Wei(GasPrice.Value + GasPrice.Value / 10 + 1) }).Offered(account, chainId);

    /// <summary>The signed bytes of the last offer.</summary>
    /// <exception cref="ChainException">They are not those that were offered: the entry is another account's, or another chain's.</exception>
    internal byte[] Sign(Account account, ulong chainId)
    {
        var raw = Transaction(chainId).Sign(account);
        if (Keccak256.Hash(raw) != Hashes[^1])
            throw new ChainException(ChainErrorKind.Inconsistent, $"The journal's transaction {Nonce} ({Purpose}) is not of account {account.Address} on chain {chainId}; is it another account's journal?");
        return raw;
    }

    private JournalEntry Offered(Account account, ulong chainId) => this with { Hashes = Hashes.Add(Keccak256.Hash(Transaction(chainId).Sign(account))) };

    private FeeMarketTransaction Transaction(ulong chainId) => new(chainId, Nonce, GasPrice, GasLimit, To, Data, Value);
}
