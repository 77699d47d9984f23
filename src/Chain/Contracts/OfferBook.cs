using SwarmCompute.Chain.Abi;

namespace SwarmCompute.Chain.Contracts;

/// <summary>The OfferBook contract: what is for sale. Methods that change something wait until they are mined, and throw <see cref="ChainException"/>.</summary>
/// <param name="client">The chain.</param>
/// <param name="address">The contract.</param>
/// <param name="signer">The seller; null where offers are only read.</param>
public sealed class OfferBook(ChainClient client, Address address, Account? signer)
{
    private readonly Contract _contract = new(client, address, signer);

    /// <summary>Offers something, as version 1.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="version">What exactly, and for how much.</param>
    /// <param name="capacity">For compute: how many leases it takes at once.</param>
    /// <param name="cancel">Stops the wait.</param>
    public async Task<OfferId> Create(OfferKind kind, OfferVersion version, uint capacity, CancellationToken cancel)
    {
        var call = OfferBookAbi.EncodeCreateOffer((byte)kind, version.ContentHash, version.Token, version.UnitPrice.Value, capacity);
        var receipt = await _contract.Send(call, cancel).ConfigureAwait(false);
        return new OfferId(_contract.Event<OfferBookAbi.OfferCreatedEvent>(receipt, OfferBookAbi.OfferCreatedEvent.TryRead).OfferId);
    }

    /// <summary>Adds a version and gives its number. Orders that pinned an earlier one keep it.</summary>
    public async Task<uint> AddVersion(OfferId offer, OfferVersion version, CancellationToken cancel)
    {
        var receipt = await _contract.Send(OfferBookAbi.EncodeAddVersion(offer.Value, version.ContentHash, version.Token, version.UnitPrice.Value), cancel).ConfigureAwait(false);
        return _contract.Event<OfferBookAbi.OfferVersionAddedEvent>(receipt, OfferBookAbi.OfferVersionAddedEvent.TryRead).Version;
    }

    /// <summary>Sets how many leases a compute offer takes at once; leases that it has stay.</summary>
    public Task<Hash32> SetCapacity(OfferId offer, uint capacity, CancellationToken cancel) =>
        _contract.Transact(OfferBookAbi.EncodeSetCapacity(offer.Value, capacity), cancel);

    /// <summary>Lets only orders of one authority take leases from a compute offer; all zeros for any.</summary>
    public Task<Hash32> SetAuthority(OfferId offer, Hash32 authorityKeyHash, CancellationToken cancel) =>
        _contract.Transact(OfferBookAbi.EncodeSetAuthority(offer.Value, authorityKeyHash), cancel);

    /// <summary>Ends an offer for anything new, for good.</summary>
    public Task<Hash32> Disable(OfferId offer, CancellationToken cancel) => _contract.Transact(OfferBookAbi.EncodeDisable(offer.Value), cancel);

    /// <summary>An offer, as of the newest block; null where there is none.</summary>
    /// <exception cref="ChainException">No answer, or one that the contract cannot give.</exception>
    public async Task<OfferOnChain?> Read(OfferId offer, CancellationToken cancel)
    {
        var o = await _contract.Ask<OfferBookAbi.Offer>(OfferBookAbi.EncodeOfferOf(offer.Value), OfferBookAbi.TryDecodeOfferOf, cancel).ConfigureAwait(false);
        if (o.Kind > (byte)OfferKind.Engine) throw _contract.Malformed();
        return o.Versions == 0 ? null : new OfferOnChain(o.Owner, (OfferKind)o.Kind, o.Disabled, o.Capacity, o.Used, o.Versions);
    }

    /// <summary>A version of an offer, as of the newest block; null where there is none.</summary>
    /// <exception cref="ChainException">No answer.</exception>
    public async Task<OfferVersion?> ReadVersion(OfferId offer, uint version, CancellationToken cancel)
    {
        var v = await _contract.Ask<OfferBookAbi.Version>(OfferBookAbi.EncodeVersionOf(offer.Value, version), OfferBookAbi.TryDecodeVersionOf, cancel).ConfigureAwait(false);
        return v.Token.IsZero ? null : new OfferVersion(v.ContentHash, v.Token, new Wei(v.UnitPrice));
    }
}
