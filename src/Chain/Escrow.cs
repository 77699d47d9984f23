using SwarmCompute.Chain.Abi;

namespace SwarmCompute.Chain;

/// <summary>The EscrowVault contract: what accounts may withdraw.</summary>
/// <param name="client">The chain.</param>
/// <param name="signer">Who withdraws; null where only credits are read.</param>
public sealed class Escrow(ChainClient client, Account? signer)
{
    private readonly TransactionSender? _sender = signer is null ? null : new TransactionSender(client, signer);

    /// <summary>What an account may withdraw, as of the newest block.</summary>
    /// <exception cref="ChainException">No answer.</exception>
    public Task<Wei> CreditOf(Address account, CancellationToken cancel) => Amount(new AbiWriter("credit(address)").Add(account), cancel);

    /// <summary>What is locked for an order, as of the newest block.</summary>
    /// <exception cref="ChainException">No answer.</exception>
    public Task<Wei> LockedFor(OrderId order, CancellationToken cancel) => Amount(new AbiWriter("locked(uint64)").Add(order.Value), cancel);

    /// <summary>Sends the signer all its credit.</summary>
    /// <exception cref="ChainException">There is none (<c>NothingToWithdraw</c>), or the token or the endpoint refused.</exception>
    public async Task<Hash32> Withdraw(CancellationToken cancel)
    {
        if (_sender is not { } sender) throw new InvalidOperationException("This escrow only reads; give it an account to send with.");
        return (await sender.Send(client.Options.EscrowVault, new AbiWriter("withdraw()").ToArray(), cancel).ConfigureAwait(false)).Transaction;
    }

    private async Task<Wei> Amount(AbiWriter call, CancellationToken cancel)
    {
        var reader = new AbiReader(await client.Ask(client.Options.EscrowVault, call.ToArray(), "latest", cancel).ConfigureAwait(false));
        return reader.Wei();
    }
}
