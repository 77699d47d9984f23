// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IOrderBook} from "../../src/IOrderBook.sol";
import {OfferBook} from "../../src/OfferBook.sol";
import {World} from "./World.sol";

/// @dev A customer with money, a provider with stake and an offer, and the steps of an order's life.
abstract contract Fixture is World {
    uint256 internal constant LEASE_KEY = 0x1EA5E;
    bytes32 internal constant REPORT = keccak256("report");
    bytes32 internal constant NODE = keccak256("node");
    address internal constant CUSTOMER = address(0xC057);
    address internal constant PROVIDER = address(0x9801);
    address internal constant OTHER_PROVIDER = address(0x9802);
    address internal constant OWNER = address(0x0A55);
    address internal constant STRANGER = address(0x57AA);

    uint64 internal offerId;
    uint64 internal otherOfferId;

    function setUp() public virtual {
        deploy();
        fund(token, CUSTOMER, type(uint128).max);
        enroll(PROVIDER, NODE, 100 * STAKE_PER_LEASE);
        enroll(OTHER_PROVIDER, NODE, 100 * STAKE_PER_LEASE);
        offerId = offer(PROVIDER, OfferBook.Kind.Compute, NODE, 0, 100);
        otherOfferId = offer(OTHER_PROVIDER, OfferBook.Kind.Compute, NODE, 0, 100);
    }

    function request(uint128 deposit, uint128 unitPrice, uint8 slots) internal view returns (IOrderBook.Request memory) {
        return IOrderBook.Request({
            externalId: 0,
            manifestHash: MANIFEST,
            token: address(token),
            deposit: deposit,
            unitPrice: unitPrice,
            slots: slots,
            authorityKeyHash: authorityKeyHash,
            endsAt: uint64(block.timestamp) + 1 days,
            disputeWindow: 0,
            unitsPerSecondMax: 0,
            callback: address(0)
        });
    }

    function place(IOrderBook.Request memory asked) internal returns (uint64) {
        VM.prank(CUSTOMER);
        return book.placeOrder(asked, noAssets());
    }

    function place(uint128 deposit, uint128 unitPrice, uint8 slots) internal returns (uint64) {
        return place(request(deposit, unitPrice, slots));
    }

    function assign(uint64 orderId, uint8 slot, uint32 epoch, uint64 toOffer) internal {
        sendLease(orderId, slot, epoch, toOffer, leaseSignature(orderId, slot, epoch, toOffer, LEASE_KEY));
    }

    function sendLease(uint64 orderId, uint8 slot, uint32 epoch, uint64 toOffer, IOrderBook.KeySignature memory authority) internal {
        (uint256 x, uint256 y) = VM.publicKeyP256(LEASE_KEY);
        book.assignLease(orderId, slot, epoch, toOffer, MEASUREMENT, bytes32(x), bytes32(y), authority);
    }

    /// @dev That a lease, signed as it must be, is refused.
    function refuseLease(uint64 orderId, uint8 slot, uint32 epoch, uint64 toOffer, bytes memory why) internal {
        IOrderBook.KeySignature memory authority = leaseSignature(orderId, slot, epoch, toOffer, LEASE_KEY);
        (uint256 x, uint256 y) = VM.publicKeyP256(LEASE_KEY);
        VM.expectRevert(why);
        book.assignLease(orderId, slot, epoch, toOffer, MEASUREMENT, bytes32(x), bytes32(y), authority);
    }

    function run(IOrderBook.Request memory asked) internal returns (uint64 orderId) {
        orderId = place(asked);
        for (uint8 slot; slot < asked.slots; slot++) {
            assign(orderId, slot, 1, offerId);
        }
    }

    /// @dev An order with one slot, leased at epoch 1.
    function run(uint128 deposit, uint128 unitPrice) internal returns (uint64) {
        return run(request(deposit, unitPrice, 1));
    }

    function point(uint64 orderId, uint32 epoch, uint128 units) internal view returns (IOrderBook.Checkpoint memory) {
        return IOrderBook.Checkpoint({
            orderId: orderId, epoch: epoch, units: units, key: sign(LEASE_KEY, book.checkpointDigest(orderId, epoch, units))
        });
    }

    function count(uint64 orderId, uint32 epoch, uint128 units) internal {
        book.checkpoint(point(orderId, epoch, units));
    }

    function report(uint64 orderId, uint32 epoch, uint128 units) internal {
        book.submitReport(orderId, epoch, REPORT, units, reportSignature(orderId, epoch, units));
    }

    function reportSignature(uint64 orderId, uint32 epoch, uint128 units) internal view returns (IOrderBook.KeySignature memory) {
        return sign(LEASE_KEY, book.reportDigest(orderId, epoch, REPORT, units));
    }

    function creditOf(address account) internal view returns (uint256) {
        return vault.credit(address(token), account);
    }

    function purseOf(uint64 orderId) internal view returns (uint256 amount) {
        (, amount) = vault.purse(address(book), bytes32(uint256(orderId)));
    }

    function statusIs(uint64 orderId, IOrderBook.Status expected) internal view {
        assertEq(uint256(book.statusOf(orderId)), uint256(expected));
    }

    function wrongStatus(uint64 orderId, IOrderBook.Status status) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IOrderBook.WrongStatus.selector, orderId, status);
    }
}
