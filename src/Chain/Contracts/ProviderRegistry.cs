using System.Text;
using SwarmCompute.Chain.Abi;

namespace SwarmCompute.Chain.Contracts;

/// <summary>The ProviderRegistry contract: providers, their stakes and their nodes' keys. Methods that change something are the provider's own, wait until they are mined, and throw <see cref="ChainException"/>.</summary>
/// <param name="client">The chain.</param>
/// <param name="address">The contract.</param>
/// <param name="signer">The provider; null where the registry is only read.</param>
public sealed class ProviderRegistry(ChainClient client, Address address, Account? signer)
{
    private readonly Contract _contract = new(client, address, signer);

    /// <summary>How contracts name a node: the SHA-256 of its name in UTF-8.</summary>
    public static Hash32 NodeHash(NodeId node) => Hash32.Sha256(Encoding.UTF8.GetBytes(node.Value));

    /// <summary>Registers the signer, or changes what it registered with.</summary>
    public Task<Hash32> Register(Address payout, Hash32 metadataHash, CancellationToken cancel) =>
        _contract.Transact(ProviderRegistryAbi.EncodeRegister(payout, metadataHash), cancel);

    /// <summary>Adds to the stake, from tokens that the signer has approved to the vault.</summary>
    public Task<Hash32> Stake(Wei amount, CancellationToken cancel) => _contract.Transact(ProviderRegistryAbi.EncodeStake(amount.Value), cancel);

    /// <summary>Begins to take free stake out; with what was requested before, it becomes available after the whole cooldown.</summary>
    public Task<Hash32> RequestUnstake(Wei amount, CancellationToken cancel) => _contract.Transact(ProviderRegistryAbi.EncodeRequestUnstake(amount.Value), cancel);

    /// <summary>Credits in the vault what was requested, after the cooldown.</summary>
    public Task<Hash32> Unstake(CancellationToken cancel) => _contract.Transact(ProviderRegistryAbi.EncodeUnstake(), cancel);

    /// <summary>Sets the key of a node.</summary>
    public Task<Hash32> SetNodeKey(NodeId node, NodeKey key, CancellationToken cancel) =>
        _contract.Transact(ProviderRegistryAbi.EncodeSetNodeKey(NodeHash(node), key.KeyHash, key.Measurement, OrderCalls.Seconds(key.ExpiresAt)), cancel);

    /// <summary>Takes a node's key away: it gets no new lease.</summary>
    public Task<Hash32> RevokeNodeKey(NodeId node, CancellationToken cancel) => _contract.Transact(ProviderRegistryAbi.EncodeRevokeNodeKey(NodeHash(node)), cancel);

    /// <summary>What a lease locks of a provider's stake.</summary>
    /// <exception cref="ChainException">No answer.</exception>
    public async Task<Wei> StakePerLease(CancellationToken cancel) =>
        new(await _contract.Ask<UInt128>(ProviderRegistryAbi.EncodeSTAKE_PER_LEASE(), ProviderRegistryAbi.TryDecodeSTAKE_PER_LEASE, cancel).ConfigureAwait(false));

    /// <summary>The token of the stakes.</summary>
    /// <exception cref="ChainException">No answer.</exception>
    public Task<Address> StakeToken(CancellationToken cancel) =>
        _contract.Ask<Address>(ProviderRegistryAbi.EncodeSTAKE_TOKEN(), ProviderRegistryAbi.TryDecodeSTAKE_TOKEN, cancel);

    /// <summary>A provider, as of the newest block; null for one that never registered.</summary>
    /// <exception cref="ChainException">No answer.</exception>
    public async Task<ProviderOnChain?> Read(Address provider, CancellationToken cancel)
    {
        var p = await _contract.Ask<ProviderRegistryAbi.Provider>(
            ProviderRegistryAbi.EncodeProviderOf(provider), ProviderRegistryAbi.TryDecodeProviderOf, cancel).ConfigureAwait(false);
        return p.Payout.IsZero
            ? null
            : new ProviderOnChain(p.Payout, p.MetadataHash, new Wei(p.Staked), new Wei(p.Locked), new Wei(p.Unstaking), OrderEventReader.Instant(p.UnstakeAt));
    }

    /// <summary>The key of a provider's node, as of the newest block; null where it has none. It may have expired.</summary>
    /// <exception cref="ChainException">No answer.</exception>
    public async Task<NodeKey?> ReadNodeKey(Address provider, NodeId node, CancellationToken cancel)
    {
        var k = await _contract.Ask<ProviderRegistryAbi.NodeKey>(
            ProviderRegistryAbi.EncodeNodeKey(provider, NodeHash(node)), ProviderRegistryAbi.TryDecodeNodeKey, cancel).ConfigureAwait(false);
        return k.ExpiresAt == 0 ? null : new NodeKey(k.KeyHash, k.Measurement, OrderEventReader.Instant(k.ExpiresAt));
    }

    /// <summary>What of a provider's stake an order has locked, as of the newest block.</summary>
    /// <exception cref="ChainException">No answer.</exception>
    public async Task<Wei> LockedFor(Address provider, OrderId order, CancellationToken cancel) =>
        new(await _contract.Ask<UInt128>(ProviderRegistryAbi.EncodeLockedFor(provider, order.Value), ProviderRegistryAbi.TryDecodeLockedFor, cancel).ConfigureAwait(false));
}
