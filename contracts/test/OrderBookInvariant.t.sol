// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {EscrowVault} from "../src/EscrowVault.sol";
import {OrderBook} from "../src/OrderBook.sol";
import {TestUsdt} from "../src/development/TestUsdt.sol";
import {OrderHandler} from "./support/OrderHandler.sol";
import {TestBase} from "./support/TestBase.sol";

/// @dev What holds whatever is called in whatever order. Liabilities are summed here, order by order and account by account: a total that
/// the contract keeps wrongly on both sides would agree with itself.
contract OrderBookInvariantTest is TestBase {
    TestUsdt private token;
    EscrowVault private vault;
    OrderBook private book;
    OrderHandler private handler;

    function setUp() public {
        token = new TestUsdt(address(this));
        vault = new EscrowVault(token);
        book = new OrderBook(vault);
        vault.setOrderBook(address(book));
        handler = new OrderHandler(token, vault, book);
        token.transferOwnership(address(handler));
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @dev Not just any: the fuzzer would also call as the handler itself, and reach what only that may call.
    function targetSenders() public pure returns (address[] memory senders) {
        senders = new address[](1);
        senders[0] = address(0x5E4D);
    }

    function invariant_The_vault_holds_what_it_owes() public view {
        uint256 locked;
        for (uint256 i; i < handler.orderCount(); i++) {
            locked += vault.locked(handler.orders(i));
        }
        uint256 credited;
        for (uint256 i; i < 4; i++) {
            credited += vault.credit(handler.accounts(i));
        }
        assertEq(vault.totalLocked(), locked);
        assertEq(vault.totalCredit(), credited);
        assertEq(token.balanceOf(address(vault)), locked + credited);
        assertEq(handler.deposited(), handler.withdrawn() + locked + credited);
    }

    function invariant_Paid_and_refunded_is_the_deposit_of_an_ended_order() public view {
        for (uint256 i; i < handler.orderCount(); i++) {
            uint64 orderId = handler.orders(i);
            OrderBook.Order memory order = book.getOrder(orderId);
            bool ended = handler.ended(orderId);
            assertEq(order.deposit, handler.depositOf(orderId));
            assertEq(uint256(order.paid) + order.refunded, ended ? order.deposit : 0);
            assertEq(vault.locked(orderId), ended ? 0 : order.deposit);
            assertEq(order.status > OrderBook.Status.Closing ? 1 : 0, ended ? 1 : 0);
        }
    }

    function invariant_Epochs_are_those_that_were_assigned() public view {
        for (uint256 i; i < handler.orderCount(); i++) {
            uint64 orderId = handler.orders(i);
            for (uint8 slot; slot < 3; slot++) {
                assertEq(book.getLease(orderId, slot).epoch, handler.epochOf(orderId, slot));
            }
        }
    }

    function invariant_Nothing_stale_or_repeated_was_accepted() public view {
        assertEq(handler.wronglyAccepted(), 0);
    }
}
