// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Clock} from "./Clock.sol";
import {IOrderBook} from "./IOrderBook.sol";
import {KeySignatures} from "./KeySignatures.sol";
import {OfferBook} from "./OfferBook.sol";
import {TokenRegistry} from "./TokenRegistry.sol";

/// @title The part of an OrderBook that remembers nothing: what a request must be, and what the authority, a head and a customer sign
/// @notice Each OrderBook creates its own, for good; apart, because one contract would be too large.
/// @dev The OrderBook hands whole calls on: what has the name of a function of it judges a call of that one, from the same arguments.
/// P-256 keys sign SHA-256 of the ABI encoding of a domain, the chain, the OrderBook and the values; customers sign EIP-712.
contract OrderRules {
    /// @dev All static, so that the struct is encoded as its members would be.
    struct LeaseTerms {
        uint64 orderId;
        uint8 slot;
        uint32 epoch;
        uint64 offerId;
        bytes32 measurement;
        bytes32 keyHash;
    }

    /// @notice The most slots of an order; with MAX_ASSETS it bounds the loops of its end.
    uint8 public constant MAX_SLOTS = 16;

    /// @notice The most assets of an order.
    uint256 public constant MAX_ASSETS = 8;

    /// @notice The longest time from an order's placing to its end.
    uint64 public constant MAX_DURATION = 366 days;

    /// @notice The longest dispute window.
    uint32 public constant MAX_DISPUTE_WINDOW = 30 days;

    bytes32 private constant LEASE_DOMAIN = "SwarmCompute.Lease.v2";
    bytes32 private constant CHECKPOINT_DOMAIN = "SwarmCompute.Checkpoint.v1";
    bytes32 private constant REPORT_DOMAIN = "SwarmCompute.Report.v1";

    string private constant ASSET_USE_TYPE = "AssetUse(uint64 offerId,uint32 version)";
    string private constant REQUEST_TYPE =
        "Request(bytes32 externalId,bytes32 manifestHash,address token,uint128 deposit,uint128 unitPrice,uint8 slots,bytes32 authorityKeyHash,uint64 endsAt,uint32 disputeWindow,uint32 unitsPerSecondMax,address callback)";
    bytes32 private constant ASSET_USE_TYPEHASH = keccak256(bytes(ASSET_USE_TYPE));
    bytes32 private constant REQUEST_TYPEHASH = keccak256(bytes(REQUEST_TYPE));
    bytes32 private constant PLACE_ORDER_TYPEHASH = keccak256(
        abi.encodePacked("PlaceOrder(address customer,Request request,AssetUse[] assets,uint64 deadline)", ASSET_USE_TYPE, REQUEST_TYPE)
    );
    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant NAME_HASH = keccak256("SwarmCompute OrderBook");
    bytes32 private constant VERSION_HASH = keccak256("1");

    /// @notice The OrderBook that created this, and that all signatures name.
    address public immutable BOOK;

    /// @notice The tokens that orders may be paid in.
    TokenRegistry public immutable TOKENS;

    /// @notice The offers.
    OfferBook public immutable OFFERS;

    /// @param tokens The tokens that orders may be paid in.
    /// @param offers The offers.
    constructor(TokenRegistry tokens, OfferBook offers) {
        BOOK = msg.sender;
        TOKENS = tokens;
        OFFERS = offers;
    }

    /// @notice What the slots of an order get for a unit: its price less its assets'. Reverts unless it may be placed like this.
    /// @param request What is asked for.
    /// @param assets The assets that it uses.
    function placeOrder(IOrderBook.Request calldata request, IOrderBook.AssetUse[] calldata assets) external view returns (uint128) {
        return _computePrice(request, assets);
    }

    /// @notice As `placeOrder`; reverts also unless the customer signed it and it may still be placed.
    /// @param customer The customer; a contract answers for itself (ERC-1271).
    /// @param request The order; its externalId is the nonce, and must not be 0.
    /// @param assets The assets that it uses.
    /// @param deadline Until when it may be placed.
    /// @param signature The customer's, over `placeOrderDigest`.
    function placeOrderFor(
        address customer,
        IOrderBook.Request calldata request,
        IOrderBook.AssetUse[] calldata assets,
        uint64 deadline,
        bytes calldata signature
    ) external view returns (uint128) {
        if (request.externalId == 0) revert IOrderBook.ExternalIdMissing();
        if (Clock.timeNow() > deadline) revert IOrderBook.SignatureExpired(deadline, Clock.timeNow());
        bytes32 digest = placeOrderDigest(customer, request, assets, deadline);
        if (!SignatureChecker.isValidSignatureNowCalldata(customer, digest, signature)) revert IOrderBook.BadSignature();
        return _computePrice(request, assets);
    }

    /// @notice As `placeOrder`.
    /// @param request What is asked for.
    /// @param assets The assets that it uses.
    function placeSubOrder(uint64, IOrderBook.Request calldata request, IOrderBook.AssetUse[] calldata assets)
        external
        view
        returns (uint128)
    {
        return _computePrice(request, assets);
    }

    /// @notice Reverts unless the key that is given as the authority's signed a lease.
    /// @param orderId The order.
    /// @param slot The slot.
    /// @param epoch The epoch.
    /// @param offerId The compute offer.
    /// @param measurement What the guest's evidence showed.
    /// @param keyX The lease key, x.
    /// @param keyY The lease key, y.
    /// @param authority The key and its signature over `leaseDigest`.
    function assignLease(
        uint64 orderId,
        uint8 slot,
        uint32 epoch,
        uint64 offerId,
        bytes32 measurement,
        bytes32 keyX,
        bytes32 keyY,
        IOrderBook.KeySignature calldata authority
    ) external view {
        LeaseTerms memory terms = LeaseTerms({
            orderId: orderId,
            slot: slot,
            epoch: epoch,
            offerId: offerId,
            measurement: measurement,
            keyHash: KeySignatures.keyHash(keyX, keyY)
        });
        KeySignatures.check(authority, _leaseDigest(terms));
    }

    /// @notice Reverts unless the key that is given as the head's signed a checkpoint.
    /// @param c The checkpoint.
    function checkpoint(IOrderBook.Checkpoint calldata c) external view {
        KeySignatures.check(c.key, checkpointDigest(c.orderId, c.epoch, c.units));
    }

    /// @notice Reverts unless the key that is given as the head's signed a report.
    /// @param orderId The order.
    /// @param epoch Slot 0's epoch.
    /// @param reportHash The hash of the integrity report.
    /// @param units What that lease has served since it began.
    /// @param key The key and its signature over `reportDigest`.
    function submitReport(uint64 orderId, uint32 epoch, bytes32 reportHash, uint128 units, IOrderBook.KeySignature calldata key)
        external
        view
    {
        KeySignatures.check(key, reportDigest(orderId, epoch, reportHash, units));
    }

    /// @notice What the authority signs to give a slot to the owner of an offer.
    /// @param orderId The order.
    /// @param slot The slot.
    /// @param epoch The epoch.
    /// @param offerId The compute offer.
    /// @param measurement What the guest's evidence showed.
    /// @param keyHash SHA-256 of x‖y of the lease key.
    function leaseDigest(uint64 orderId, uint8 slot, uint32 epoch, uint64 offerId, bytes32 measurement, bytes32 keyHash)
        external
        view
        returns (bytes32)
    {
        return _leaseDigest(
            LeaseTerms({orderId: orderId, slot: slot, epoch: epoch, offerId: offerId, measurement: measurement, keyHash: keyHash})
        );
    }

    /// @notice What slot 0's lease key signs to count units.
    /// @param orderId The order.
    /// @param epoch Slot 0's epoch.
    /// @param units What that lease has served since it began.
    function checkpointDigest(uint64 orderId, uint32 epoch, uint128 units) public view returns (bytes32) {
        return sha256(abi.encode(CHECKPOINT_DOMAIN, block.chainid, BOOK, orderId, epoch, units));
    }

    /// @notice What slot 0's lease key signs to report.
    /// @param orderId The order.
    /// @param epoch Slot 0's epoch.
    /// @param reportHash The hash of the integrity report.
    /// @param units What that lease has served since it began.
    function reportDigest(uint64 orderId, uint32 epoch, bytes32 reportHash, uint128 units) public view returns (bytes32) {
        return sha256(abi.encode(REPORT_DOMAIN, block.chainid, BOOK, orderId, epoch, reportHash, units));
    }

    /// @notice What a customer signs so that someone else can place its order: EIP-712, with the OrderBook as the verifying contract.
    /// @param customer The customer.
    /// @param request The order.
    /// @param assets The assets that it uses.
    /// @param deadline Until when it may be placed, in seconds since 1970.
    function placeOrderDigest(address customer, IOrderBook.Request calldata request, IOrderBook.AssetUse[] calldata assets, uint64 deadline)
        public
        view
        returns (bytes32)
    {
        // forge-lint: disable-start(asm-keccak256)
        bytes32[] memory uses = new bytes32[](assets.length);
        for (uint256 i; i < assets.length; i++) {
            uses[i] = keccak256(abi.encode(ASSET_USE_TYPEHASH, assets[i]));
        }
        bytes32 requestHash = keccak256(abi.encode(REQUEST_TYPEHASH, request));
        bytes32 usesHash = keccak256(abi.encodePacked(uses));
        bytes32 domain = keccak256(abi.encode(DOMAIN_TYPEHASH, NAME_HASH, VERSION_HASH, block.chainid, BOOK));
        bytes32 order = keccak256(abi.encode(PLACE_ORDER_TYPEHASH, customer, requestHash, usesHash, deadline));
        // forge-lint: disable-end(asm-keccak256)
        return MessageHashUtils.toTypedDataHash(domain, order);
    }

    function _computePrice(IOrderBook.Request calldata request, IOrderBook.AssetUse[] calldata assets) private view returns (uint128) {
        _checkRequest(request);
        if (assets.length > MAX_ASSETS) revert IOrderBook.TooManyAssets(assets.length, MAX_ASSETS);
        uint256 assetsPrice;
        for (uint256 i; i < assets.length; i++) {
            (, uint128 unitPrice) = OFFERS.assetPrice(assets[i].offerId, assets[i].version, request.token);
            assetsPrice += unitPrice;
        }
        if (assetsPrice > request.unitPrice) revert IOrderBook.AssetsTooDear(assetsPrice, request.unitPrice);
        // The cast keeps the value: the sum is at most the unit price.
        // forge-lint: disable-next-line(unsafe-typecast)
        return request.unitPrice - uint128(assetsPrice);
    }

    function _checkRequest(IOrderBook.Request calldata request) private view {
        if (request.slots == 0 || request.slots > MAX_SLOTS) revert IOrderBook.SlotsOutOfRange(request.slots, MAX_SLOTS);
        uint64 timeNow = Clock.timeNow();
        if (request.endsAt <= timeNow) revert IOrderBook.EndsInThePast(request.endsAt, timeNow);
        if (request.endsAt > timeNow + MAX_DURATION) revert IOrderBook.EndsTooLate(request.endsAt, timeNow + MAX_DURATION);
        if (request.disputeWindow > MAX_DISPUTE_WINDOW) {
            revert IOrderBook.DisputeWindowTooLong(request.disputeWindow, MAX_DISPUTE_WINDOW);
        }
        uint128 needed = TOKENS.minDepositOf(request.token);
        if (needed < request.unitPrice) needed = request.unitPrice;
        if (needed == 0) needed = 1;
        if (request.deposit < needed) revert IOrderBook.DepositTooSmall(request.deposit, needed);
    }

    function _leaseDigest(LeaseTerms memory terms) private view returns (bytes32) {
        return sha256(abi.encode(LEASE_DOMAIN, block.chainid, BOOK, terms));
    }
}
