using SwarmCompute.Chain;
using SwarmCompute.Chain.Contracts;

namespace SwarmCompute.Client.Providers;

/// <summary>A provider's account: registers, stakes, offers its nodes, and withdraws what it earned.</summary>
public sealed class ProviderAccount
{
    private readonly ChainClient _chain;
    private readonly Account _account;
    private readonly ContractAddresses _contracts;
    private readonly ProviderRegistry _registry;
    private readonly OfferBook _offers;
    private readonly Escrow _escrow;

    private ProviderAccount(ChainClient chain, Account account, ContractAddresses contracts)
    {
        (_chain, _account, _contracts) = (chain, account, contracts);
        _registry = new ProviderRegistry(chain, contracts.ProviderRegistry, account);
        _offers = new OfferBook(chain, contracts.OfferBook, account);
        _escrow = new Escrow(chain, account);
    }

    /// <summary>Finds the contracts that the order book works with.</summary>
    /// <exception cref="ChainException">The chain does not answer.</exception>
    public static async Task<ProviderAccount> Open(ChainClient chain, Account account, CancellationToken cancel) =>
        new(chain, account, await ContractAddresses.Read(chain, cancel));

    /// <summary>What the registry knows of the account; null where it is not registered.</summary>
    /// <exception cref="ChainException">The chain does not answer.</exception>
    public Task<ProviderOnChain?> Read(CancellationToken cancel) => _registry.Read(_account.Address, cancel);

    /// <summary>What may be withdrawn, in the chain's configured token.</summary>
    /// <exception cref="ChainException">The chain does not answer.</exception>
    public Task<Wei> Credit(CancellationToken cancel) => _escrow.CreditOf(_chain.Options.Token, _account.Address, cancel);

    /// <summary>
    /// Registers the account, stakes what the node's leases need beyond the stake that is free, makes the node's key known and offers the node.
    /// Registering and naming a key again only renews them; each call makes a new offer.
    /// </summary>
    /// <returns>The compute offer, for the silo's <c>Node:Offer</c>.</returns>
    /// <exception cref="ChainException">The chain refused: no tokens to stake, or a measurement that is not accepted.</exception>
    public async Task<OfferId> Offer(ProviderTerms terms, CancellationToken cancel)
    {
        var needed = new Wei((await _registry.StakePerLease(cancel)).Value * terms.Capacity);
        var free = (await Read(cancel))?.Free ?? Wei.Zero;
        var missing = needed > free ? needed - free : Wei.Zero;
        await Task.WhenAll(
            _registry.Register(_account.Address, default, cancel),
            missing > Wei.Zero ? new Token(_chain, _account).Approve(_contracts.EscrowVault, missing, cancel) : Task.CompletedTask);
        var offering = _offers.Create(OfferKind.Compute, new OfferVersion(ProviderRegistry.NodeHash(terms.Node), _chain.Options.Token, terms.UnitPrice), terms.Capacity, cancel);
        await Task.WhenAll(
            offering,
            _registry.SetNodeKey(terms.Node, terms.Key, cancel),
            missing > Wei.Zero ? _registry.Stake(missing, cancel) : Task.CompletedTask);
        var offer = await offering;
        if (terms.Authority is { } authority) await _offers.SetAuthority(offer, authority, cancel);
        return offer;
    }

    /// <summary>Sends the account what it has earned.</summary>
    /// <exception cref="ChainException">There is nothing (<c>NothingToWithdraw</c>).</exception>
    public Task<Hash32> Withdraw(CancellationToken cancel) => _escrow.Withdraw(_chain.Options.Token, cancel);

    /// <summary>Asks for stake back; it can be taken once the cooldown is over.</summary>
    /// <exception cref="ChainException">That much is not free.</exception>
    public Task<Hash32> RequestUnstake(Wei amount, CancellationToken cancel) => _registry.RequestUnstake(amount, cancel);

    /// <summary>Takes back the stake that was asked for; it is then there to withdraw.</summary>
    /// <exception cref="ChainException">Nothing was asked for, or the cooldown lasts.</exception>
    public Task<Hash32> Unstake(CancellationToken cancel) => _registry.Unstake(cancel);
}
