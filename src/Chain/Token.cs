using SwarmCompute.Chain.Abi;

namespace SwarmCompute.Chain;

/// <summary>The ERC-20 token that orders are paid in.</summary>
/// <param name="client">The chain.</param>
/// <param name="signer">Who sends transactions; null where only balances are read.</param>
public sealed class Token(ChainClient client, Account? signer)
{
    private readonly TransactionSender? _sender = signer is null ? null : new TransactionSender(client, signer);

    /// <summary>Allows a spender, usually <see cref="ChainOptions.EscrowVault"/>, to take up to an amount from the signer.</summary>
    /// <exception cref="ChainException">The token or the endpoint refused.</exception>
    public Task<Hash32> Approve(Address spender, Wei amount, CancellationToken cancel) =>
        Transact(new AbiWriter("approve(address,uint256)").Add(spender).Add(amount.Value), cancel);

    /// <summary>Creates tokens; only the test token of development chains can, for its owner.</summary>
    /// <exception cref="ChainException">The token or the endpoint refused.</exception>
    public Task<Hash32> Mint(Address to, Wei amount, CancellationToken cancel) =>
        Transact(new AbiWriter("mint(address,uint256)").Add(to).Add(amount.Value), cancel);

    /// <summary>What an account holds, as of the newest block.</summary>
    /// <exception cref="ChainException">No answer.</exception>
    public Task<Wei> BalanceOf(Address account, CancellationToken cancel) =>
        Amount(new AbiWriter("balanceOf(address)").Add(account), cancel);

    /// <summary>What a spender may still take from an owner, as of the newest block.</summary>
    /// <exception cref="ChainException">No answer.</exception>
    public Task<Wei> Allowance(Address owner, Address spender, CancellationToken cancel) =>
        Amount(new AbiWriter("allowance(address,address)").Add(owner).Add(spender), cancel);

    private async Task<Wei> Amount(AbiWriter call, CancellationToken cancel)
    {
        var reader = new AbiReader(await client.Ask(client.Options.Token, call.ToArray(), "latest", cancel).ConfigureAwait(false));
        return reader.Wei();
    }

    private async Task<Hash32> Transact(AbiWriter call, CancellationToken cancel)
    {
        if (_sender is not { } sender) throw new InvalidOperationException("This token only reads; give it an account to send with.");
        return (await sender.Send(client.Options.Token, call.ToArray(), cancel).ConfigureAwait(false)).Transaction;
    }
}
