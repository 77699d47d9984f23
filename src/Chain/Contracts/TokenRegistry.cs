using SwarmCompute.Chain.Abi;

namespace SwarmCompute.Chain.Contracts;

/// <summary>The TokenRegistry contract: the tokens that orders may be paid in. Methods that change something wait until they are mined, and throw <see cref="ChainException"/>.</summary>
/// <param name="client">The chain.</param>
/// <param name="address">The contract.</param>
/// <param name="signer">The owner or the guardian; null where the registry is only read.</param>
public sealed class TokenRegistry(ChainClient client, Address address, Account? signer)
{
    private readonly Contract _contract = new(client, address, signer);

    /// <summary>Accepts a token after the registry's delay. Only the owner may.</summary>
    public Task<Hash32> Propose(Address token, Wei minDeposit, CancellationToken cancel) =>
        _contract.Transact(TokenRegistryAbi.EncodePropose(token, minDeposit.Value), cancel);

    /// <summary>Accepts a token no more, for new orders, at once. Only the guardian and the owner may.</summary>
    public Task<Hash32> Disable(Address token, CancellationToken cancel) => _contract.Transact(TokenRegistryAbi.EncodeDisable(token), cancel);

    /// <summary>Whether orders may be paid in a token, as of the newest block.</summary>
    /// <exception cref="ChainException">No answer.</exception>
    public Task<bool> Accepts(Address token, CancellationToken cancel) =>
        _contract.Ask<bool>(TokenRegistryAbi.EncodeIsAccepted(token), TokenRegistryAbi.TryDecodeIsAccepted, cancel);
}
