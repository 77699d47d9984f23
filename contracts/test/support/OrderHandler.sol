// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {EscrowVault} from "../../src/EscrowVault.sol";
import {OrderBook} from "../../src/OrderBook.sol";
import {TestUsdt} from "../../src/development/TestUsdt.sol";
import {TestBase} from "./TestBase.sol";

/// @dev What the fuzzer calls: each function picks an order for which its act is legal, or does nothing; what must be refused is tried too.
/// It keeps its own sums, from what it asked for and not from what the contracts say.
contract OrderHandler is TestBase {
    uint256 private constant HALF_ORDER = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8;
    uint256 private constant ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551;
    uint256 private constant KEY = 0xA11CE;

    TestUsdt private immutable TOKEN;
    EscrowVault private immutable VAULT;
    OrderBook private immutable BOOK;
    bytes32 private immutable KEY_HASH;

    uint64[] public orders;
    address[4] public accounts = [address(0x1001), address(0x1002), address(0x1003), address(0x1004)];
    mapping(uint64 orderId => uint128 deposit) public depositOf;
    mapping(uint64 orderId => mapping(uint8 slot => uint32 epoch)) public epochOf;
    mapping(uint64 orderId => bool) public ended;
    uint256 public deposited;
    uint256 public withdrawn;
    uint256 public settled;
    uint256 public wronglyAccepted;

    constructor(TestUsdt token, EscrowVault vault, OrderBook book) {
        TOKEN = token;
        VAULT = vault;
        BOOK = book;
        (uint256 x, uint256 y) = VM.publicKeyP256(KEY);
        KEY_HASH = sha256(abi.encodePacked(x, y));
    }

    /// @dev Signs and submits a report; only for this contract, which calls it to be able to catch.
    function submit(uint64 orderId, uint32 epoch, uint128 units) external {
        if (msg.sender != address(this)) return;
        bytes32 digest = BOOK.reportDigest(orderId, epoch, keccak256("r"), units);
        BOOK.submitReport(orderId, epoch, keccak256("r"), units, sign(digest));
    }

    function orderCount() external view returns (uint256) {
        return orders.length;
    }

    function place(uint256 account, uint128 deposit, uint128 unitPrice, uint8 slots) external {
        deposit = uint128(bound(deposit, 1, 1e24));
        unitPrice = uint128(bound(unitPrice, 0, deposit));
        slots = uint8(bound(slots, 1, 3));
        address customer = accounts[account % 4];
        TOKEN.mint(customer, deposit);
        VM.prank(customer);
        TOKEN.approve(address(VAULT), deposit);
        VM.prank(customer);
        uint64 orderId = BOOK.placeOrder(keccak256("m"), deposit, unitPrice, slots, KEY_HASH, uint64(block.timestamp + 1 days));
        orders.push(orderId);
        depositOf[orderId] = deposit;
        deposited += deposit;
    }

    function assign(uint256 seed, uint8 slot, uint32 step, uint256 account) external {
        (uint64 orderId, OrderBook.Order memory order) = pick(seed);
        if (orderId == 0 || ended[orderId] || order.reported) return;
        slot = uint8(bound(slot, 0, order.slots - 1));
        uint32 current = epochOf[orderId][slot];
        uint32 epoch = current + uint32(bound(step, 1, 5));
        address provider = accounts[account % 4];
        (uint256 x, uint256 y) = VM.publicKeyP256(KEY);
        OrderBook.KeySignature memory signature = sign(BOOK.leaseDigest(orderId, slot, epoch, provider, KEY_HASH));
        BOOK.assignLease(orderId, slot, epoch, provider, bytes32(x), bytes32(y), signature);
        epochOf[orderId][slot] = epoch;
        // The same signed lease again, and an older one: both stale.
        try BOOK.assignLease(orderId, slot, epoch, provider, bytes32(x), bytes32(y), signature) {
            wronglyAccepted++;
        } catch {}
        signature = sign(BOOK.leaseDigest(orderId, slot, current, provider, KEY_HASH));
        try BOOK.assignLease(orderId, slot, current, provider, bytes32(x), bytes32(y), signature) {
            wronglyAccepted++;
        } catch {}
    }

    function report(uint256 seed, uint128 units) external {
        (uint64 orderId, OrderBook.Order memory order) = pick(seed);
        if (order.reported || !started(order)) return;
        // From nothing to twice what the deposit pays for.
        if (order.unitPrice != 0) units = uint128(bound(units, 0, 2 * (order.deposit / order.unitPrice)));
        uint32 epoch = epochOf[orderId][0];
        try this.submit(orderId, epoch - 1, units) {
            wronglyAccepted++;
        } catch {}
        this.submit(orderId, epoch, units);
        try this.submit(orderId, epoch, units) {
            wronglyAccepted++;
        } catch {}
    }

    function settle(uint256 seed) external {
        (uint64 orderId, OrderBook.Order memory order) = pick(seed);
        if (orderId == 0 || ended[orderId] || !order.reported) return;
        BOOK.settle(orderId);
        ended[orderId] = true;
        settled++;
    }

    function close(uint256 seed) external {
        if (seed % 4 != 0) return;
        (uint64 orderId, OrderBook.Order memory order) = pick(seed);
        if (order.status != OrderBook.Status.Open && order.status != OrderBook.Status.Running) return;
        VM.prank(order.customer);
        BOOK.closeOrder(orderId);
        if (order.status == OrderBook.Status.Open) ended[orderId] = true;
    }

    function expire(uint256 seed) external {
        (uint64 orderId, OrderBook.Order memory order) = pick(seed);
        // Seldom, so that more orders live on to be settled.
        if (seed % 4 != 0 || orderId == 0 || ended[orderId] || order.reported) return;
        VM.warp(block.timestamp + 2 days);
        BOOK.expire(orderId);
        ended[orderId] = true;
    }

    /// @dev Everything that could pay an ended order again.
    function endTwice(uint256 seed) external {
        (uint64 orderId, OrderBook.Order memory order) = pick(seed);
        if (!ended[orderId]) return;
        try BOOK.settle(orderId) {
            wronglyAccepted++;
        } catch {}
        VM.warp(block.timestamp + 2 days);
        try BOOK.expire(orderId) {
            wronglyAccepted++;
        } catch {}
        VM.prank(order.customer);
        try BOOK.closeOrder(orderId) {
            wronglyAccepted++;
        } catch {}
    }

    function withdraw(uint256 account) external {
        address owner = accounts[account % 4];
        uint256 amount = VAULT.credit(owner);
        if (amount == 0) return;
        VM.prank(owner);
        VAULT.withdraw();
        withdrawn += amount;
    }

    /// @dev One of the orders, or none: order 0, with status None.
    function pick(uint256 seed) private view returns (uint64 orderId, OrderBook.Order memory order) {
        if (orders.length == 0) return (orderId, order);
        orderId = orders[seed % orders.length];
        order = BOOK.getOrder(orderId);
    }

    function started(OrderBook.Order memory order) private pure returns (bool) {
        return order.status == OrderBook.Status.Running || order.status == OrderBook.Status.Closing;
    }

    function sign(bytes32 digest) private pure returns (OrderBook.KeySignature memory) {
        (uint256 x, uint256 y) = VM.publicKeyP256(KEY);
        (bytes32 r, bytes32 s) = VM.signP256(KEY, digest);
        if (uint256(s) > HALF_ORDER) s = bytes32(ORDER - uint256(s));
        return OrderBook.KeySignature(bytes32(x), bytes32(y), r, s);
    }
}
