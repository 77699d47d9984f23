using SwarmCompute.Chain.Abi;

namespace SwarmCompute.Chain;

/// <summary>An ERC-20 token that orders are paid in.</summary>
/// <param name="client">The chain.</param>
/// <param name="signer">Who sends transactions; null where only balances are read.</param>
/// <param name="address">The token; null for the one that is configured.</param>
public sealed class Token(ChainClient client, Account? signer, Address? address = null)
{
    private readonly Contract _contract = new(client, address ?? client.Options.Token, signer);

    /// <summary>Allows a spender, usually <see cref="ChainOptions.EscrowVault"/>, to take up to an amount from the signer.</summary>
    /// <exception cref="ChainException">The token or the endpoint refused.</exception>
    public Task<Hash32> Approve(Address spender, Wei amount, CancellationToken cancel) => _contract.Transact(TestUsdtAbi.EncodeApprove(spender, amount.Value), cancel);

    /// <summary>Creates tokens; only the test token of development chains can, for its owner.</summary>
    /// <exception cref="ChainException">The token or the endpoint refused.</exception>
    public Task<Hash32> Mint(Address to, Wei amount, CancellationToken cancel) => _contract.Transact(TestUsdtAbi.EncodeMint(to, amount.Value), cancel);

    /// <summary>What an account holds, as of the newest block.</summary>
    /// <exception cref="ChainException">No answer, or more than 128 bits.</exception>
    public async Task<Wei> BalanceOf(Address account, CancellationToken cancel) =>
        new(await _contract.Ask<UInt128>(TestUsdtAbi.EncodeBalanceOf(account), TestUsdtAbi.TryDecodeBalanceOf, cancel).ConfigureAwait(false));

    /// <summary>What a spender may still take from an owner, as of the newest block.</summary>
    /// <exception cref="ChainException">No answer, or more than 128 bits.</exception>
    public async Task<Wei> Allowance(Address owner, Address spender, CancellationToken cancel) =>
        new(await _contract.Ask<UInt128>(TestUsdtAbi.EncodeAllowance(owner, spender), TestUsdtAbi.TryDecodeAllowance, cancel).ConfigureAwait(false));
}
