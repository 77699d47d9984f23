// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {EscrowVault} from "../../src/EscrowVault.sol";
import {OrderBook} from "../../src/OrderBook.sol";
import {TestUsdt} from "../../src/development/TestUsdt.sol";
import {TestBase} from "./TestBase.sol";

/// @dev Token, vault and order book, a customer with money, and keys to sign with.
abstract contract Fixture is TestBase {
    uint256 internal constant HALF_ORDER = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8;
    uint256 internal constant ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551;
    uint256 internal constant AUTHORITY = 0xA11CE;
    uint256 internal constant LEASE_KEY = 0x1EA5E;
    bytes32 internal constant MANIFEST = keccak256("manifest");
    bytes32 internal constant REPORT = keccak256("report");
    address internal constant CUSTOMER = address(0xC057);
    address internal constant PROVIDER = address(0x9801);

    TestUsdt internal token;
    EscrowVault internal vault;
    OrderBook internal book;
    bytes32 internal authorityKeyHash;

    function setUp() public virtual {
        token = new TestUsdt(address(this));
        vault = new EscrowVault(token);
        book = new OrderBook(vault);
        vault.setOrderBook(address(book));
        fund(CUSTOMER, type(uint128).max);
        // Kept, since a call to the SHA-256 precompile between prank or expectRevert and the call they mean would take their place.
        authorityKeyHash = keyHashOf(AUTHORITY);
    }

    function fund(address account, uint256 amount) internal {
        token.mint(account, amount);
        VM.prank(account);
        token.approve(address(vault), type(uint256).max);
    }

    function place(uint128 deposit, uint128 unitPrice, uint8 slots) internal returns (uint64) {
        VM.prank(CUSTOMER);
        return book.placeOrder(MANIFEST, deposit, unitPrice, slots, authorityKeyHash, endsAt());
    }

    function assign(uint64 orderId, uint8 slot, uint32 epoch, address provider) internal {
        (uint256 x, uint256 y) = VM.publicKeyP256(LEASE_KEY);
        bytes32 digest = book.leaseDigest(orderId, slot, epoch, provider, keyHashOf(LEASE_KEY));
        OrderBook.KeySignature memory signature = sign(AUTHORITY, digest);
        book.assignLease(orderId, slot, epoch, provider, bytes32(x), bytes32(y), signature);
    }

    function report(uint64 orderId, uint32 epoch, uint128 units) internal {
        OrderBook.KeySignature memory signature = sign(LEASE_KEY, book.reportDigest(orderId, epoch, REPORT, units));
        book.submitReport(orderId, epoch, REPORT, units, signature);
    }

    /// @dev An order with one slot, leased at epoch 1.
    function running(uint128 deposit, uint128 unitPrice) internal returns (uint64 orderId) {
        orderId = place(deposit, unitPrice, 1);
        assign(orderId, 0, 1, PROVIDER);
    }

    function sign(uint256 privateKey, bytes32 digest) internal pure returns (OrderBook.KeySignature memory signature) {
        (uint256 x, uint256 y) = VM.publicKeyP256(privateKey);
        (bytes32 r, bytes32 s) = VM.signP256(privateKey, digest);
        if (uint256(s) > HALF_ORDER) s = bytes32(ORDER - uint256(s));
        return OrderBook.KeySignature(bytes32(x), bytes32(y), r, s);
    }

    function keyHashOf(uint256 privateKey) internal pure returns (bytes32) {
        (uint256 x, uint256 y) = VM.publicKeyP256(privateKey);
        return sha256(abi.encodePacked(x, y));
    }

    function endsAt() internal view returns (uint64) {
        return uint64(block.timestamp + 1 hours);
    }

    function statusOf(uint64 orderId) internal view returns (uint256) {
        return uint256(book.getOrder(orderId).status);
    }

    function status(OrderBook.Status value) internal pure returns (uint256) {
        return uint256(value);
    }
}
