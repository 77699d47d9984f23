using SwarmCompute.Chain.Abi;

namespace SwarmCompute.Chain;

/// <summary>The EscrowVault contract: what accounts may withdraw, token by token.</summary>
/// <param name="client">The chain.</param>
/// <param name="signer">Who withdraws; null where only credits are read.</param>
public sealed class Escrow(ChainClient client, Account? signer)
{
    private readonly Contract _contract = new(client, client.Options.EscrowVault, signer);

    /// <summary>What an account may withdraw of a token, as of the newest block.</summary>
    /// <exception cref="ChainException">No answer.</exception>
    public async Task<Wei> CreditOf(Address token, Address account, CancellationToken cancel) =>
        new(await _contract.Ask<UInt128>(EscrowVaultAbi.EncodeCredit(token, account), EscrowVaultAbi.TryDecodeCredit, cancel).ConfigureAwait(false));

    /// <summary>What is locked for an order, in its token, as of the newest block.</summary>
    /// <exception cref="ChainException">No answer.</exception>
    public async Task<Wei> LockedFor(OrderId order, CancellationToken cancel)
    {
        Span<byte> id = stackalloc byte[Hash32.Size];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(id[^sizeof(ulong)..], order.Value);
        var call = EscrowVaultAbi.EncodePurse(client.Options.OrderBook, new Hash32(id));
        return new Wei((await _contract.Ask<EscrowVaultAbi.PurseResult>(call, EscrowVaultAbi.TryDecodePurse, cancel).ConfigureAwait(false)).Amount);
    }

    /// <summary>Sends the signer all its credit in a token.</summary>
    /// <exception cref="ChainException">There is none (<c>NothingToWithdraw</c>), or the token or the endpoint refused.</exception>
    public Task<Hash32> Withdraw(Address token, CancellationToken cancel) => _contract.Transact(EscrowVaultAbi.EncodeWithdraw(token), cancel);

    /// <summary>Sends all the signer's credit in a token to another account.</summary>
    /// <exception cref="ChainException">As for <see cref="Withdraw"/>.</exception>
    public Task<Hash32> WithdrawTo(Address token, Address to, CancellationToken cancel) => _contract.Transact(EscrowVaultAbi.EncodeWithdrawTo(token, to), cancel);
}
