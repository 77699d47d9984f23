// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Wired} from "./Wired.sol";

/// @title What is for sale: compute, models, data sets and engines
/// @notice An offer's versions are appended and never change; an order pins the version that it uses.
contract OfferBook is Wired {
    enum Kind {
        Compute,
        Model,
        Data,
        Engine
    }

    struct Offer {
        address owner;
        Kind kind;
        bool disabled;
        uint32 capacity;
        uint32 used;
        uint32 versions;
    }

    struct Version {
        bytes32 contentHash;
        address token;
        uint128 unitPrice;
    }

    /// @notice The number of offers; ids run from 1 to this.
    uint64 public offerCount;

    /// @notice Which authority may give leases of a compute offer, by the SHA-256 of x‖y of its key; 0: any.
    mapping(uint64 offerId => bytes32 authorityKeyHash) public authorityOf;

    mapping(uint64 offerId => Offer) private _offers;
    mapping(uint64 offerId => mapping(uint32 version => Version)) private _versions;

    event OfferCreated(uint64 indexed offerId, address indexed owner, Kind kind);
    event OfferVersionAdded(uint64 indexed offerId, uint32 version, bytes32 contentHash, address token, uint128 unitPrice);
    event OfferCapacity(uint64 indexed offerId, uint32 capacity);
    event OfferAuthority(uint64 indexed offerId, bytes32 authorityKeyHash);
    event OfferDisabled(uint64 indexed offerId);

    error UnknownOffer(uint64 offerId);
    error UnknownVersion(uint64 offerId, uint32 version);
    error NotOfferOwner(uint64 offerId, address caller);
    error OfferIsDisabled(uint64 offerId);
    error WrongKind(uint64 offerId, Kind kind);
    error OtherToken(address given, address expected);
    error PriceTooHigh(uint64 offerId, uint128 unitPrice, uint128 max);
    error CapacityExhausted(uint64 offerId, uint32 capacity);
    error AuthorityRefused(uint64 offerId, bytes32 authorityKeyHash);

    /// @notice Names who takes capacity. Works once, for the deployer.
    /// @param book The OrderBook.
    function setOrderBook(address book) external {
        _setOrderBook(book);
    }

    /// @notice Offers something, as version 1.
    /// @param kind What it is.
    /// @param contentHash Compute: the node's id. Otherwise: the hash of the asset.
    /// @param token What it is paid in.
    /// @param unitPrice The price of one unit of an order that uses it.
    /// @param capacity Compute: how many leases at once. Otherwise of no effect.
    /// @return offerId The offer, from 1.
    function createOffer(Kind kind, bytes32 contentHash, address token, uint128 unitPrice, uint32 capacity)
        external
        returns (uint64 offerId)
    {
        offerId = ++offerCount;
        Offer storage offer = _offers[offerId];
        offer.owner = msg.sender;
        offer.kind = kind;
        offer.capacity = capacity;
        emit OfferCreated(offerId, msg.sender, kind);
        _addVersion(offerId, offer, contentHash, token, unitPrice);
        emit OfferCapacity(offerId, capacity);
    }

    /// @notice Adds a version. Leases of compute are given under the newest one; orders keep the versions of assets that they pinned.
    /// @param offerId The offer, of the caller.
    /// @param contentHash As in `createOffer`.
    /// @param token As in `createOffer`.
    /// @param unitPrice As in `createOffer`.
    /// @return version Its number.
    function addVersion(uint64 offerId, bytes32 contentHash, address token, uint128 unitPrice) external returns (uint32 version) {
        return _addVersion(offerId, _own(offerId), contentHash, token, unitPrice);
    }

    /// @notice Changes how many leases a compute offer takes at once. Fewer than there are ends none of them.
    /// @param offerId The offer, of the caller.
    /// @param capacity The number.
    function setCapacity(uint64 offerId, uint32 capacity) external {
        _own(offerId).capacity = capacity;
        emit OfferCapacity(offerId, capacity);
    }

    /// @notice Names the authority whose leases a compute offer takes. Without one, any customer can choose an authority of its own, and take
    /// the offer's capacity and the provider's stake for as long as its order lasts.
    /// @param offerId The offer, of the caller.
    /// @param authorityKeyHash SHA-256 of x‖y of the authority's key; 0: any.
    function setAuthority(uint64 offerId, bytes32 authorityKeyHash) external {
        _own(offerId);
        authorityOf[offerId] = authorityKeyHash;
        emit OfferAuthority(offerId, authorityKeyHash);
    }

    /// @notice Takes an offer away, for good, from orders and leases to come.
    /// @param offerId The offer, of the caller.
    function disable(uint64 offerId) external {
        _own(offerId).disabled = true;
        emit OfferDisabled(offerId);
    }

    /// @notice Takes one place of a compute offer.
    /// @param offerId The offer.
    /// @param authorityKeyHash Whose lease it is.
    /// @param token What the order is paid in.
    /// @param maxPrice The most that the order pays for a unit of this slot.
    /// @return owner The provider.
    /// @return nodeId Its node.
    function take(uint64 offerId, bytes32 authorityKeyHash, address token, uint128 maxPrice)
        external
        onlyOrderBook
        returns (address owner, bytes32 nodeId)
    {
        Offer storage offer = _enabled(offerId);
        if (offer.kind != Kind.Compute) revert WrongKind(offerId, offer.kind);
        Version storage version = _versions[offerId][offer.versions];
        if (version.token != token) revert OtherToken(version.token, token);
        if (version.unitPrice > maxPrice) revert PriceTooHigh(offerId, version.unitPrice, maxPrice);
        bytes32 authority = authorityOf[offerId];
        if (authority != 0 && authority != authorityKeyHash) revert AuthorityRefused(offerId, authorityKeyHash);
        if (offer.used >= offer.capacity) revert CapacityExhausted(offerId, offer.capacity);
        offer.used++;
        return (offer.owner, version.contentHash);
    }

    /// @notice Gives back one place of a compute offer.
    /// @param offerId The offer.
    function give(uint64 offerId) external onlyOrderBook {
        _offers[offerId].used--;
    }

    /// @notice The price of an asset for an order; reverts if the order cannot use it.
    /// @param offerId The offer: a model, a data set or an engine.
    /// @param version Which version.
    /// @param token What the order is paid in.
    /// @return owner Who is paid.
    /// @return unitPrice The price of one unit.
    function assetPrice(uint64 offerId, uint32 version, address token) external view returns (address owner, uint128 unitPrice) {
        Offer storage offer = _enabled(offerId);
        if (offer.kind == Kind.Compute) revert WrongKind(offerId, offer.kind);
        if (version == 0 || version > offer.versions) revert UnknownVersion(offerId, version);
        Version storage pinned = _versions[offerId][version];
        if (pinned.token != token) revert OtherToken(pinned.token, token);
        return (offer.owner, pinned.unitPrice);
    }

    /// @notice An offer; one that does not exist has no versions.
    /// @param offerId The offer.
    function offerOf(uint64 offerId) external view returns (Offer memory) {
        return _offers[offerId];
    }

    /// @notice A version of an offer; one that does not exist has token 0.
    /// @param offerId The offer.
    /// @param version The version, from 1.
    function versionOf(uint64 offerId, uint32 version) external view returns (Version memory) {
        return _versions[offerId][version];
    }

    function _addVersion(uint64 offerId, Offer storage offer, bytes32 contentHash, address token, uint128 unitPrice)
        private
        returns (uint32 version)
    {
        if (token == address(0)) revert ZeroAddress();
        if (offer.disabled) revert OfferIsDisabled(offerId);
        version = ++offer.versions;
        _versions[offerId][version] = Version({contentHash: contentHash, token: token, unitPrice: unitPrice});
        emit OfferVersionAdded(offerId, version, contentHash, token, unitPrice);
    }

    function _own(uint64 offerId) private view returns (Offer storage offer) {
        offer = _offers[offerId];
        if (offer.owner != msg.sender) revert NotOfferOwner(offerId, msg.sender);
    }

    function _enabled(uint64 offerId) private view returns (Offer storage offer) {
        offer = _offers[offerId];
        if (offer.versions == 0) revert UnknownOffer(offerId);
        if (offer.disabled) revert OfferIsDisabled(offerId);
    }
}
