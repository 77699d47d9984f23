// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ChainedInference} from "../examples/ChainedInference.sol";
import {IOrderBook} from "../src/IOrderBook.sol";
import {OrderBook} from "../src/OrderBook.sol";
import {OfferBook} from "../src/OfferBook.sol";
import {Callbacks} from "./support/Callbacks.sol";
import {Fixture} from "./support/Fixture.sol";
import {ReentrantToken} from "./support/ReentrantToken.sol";

/// forge-config: default.evm_version = "osaka"
contract OrderCallbackTest is Fixture {
    Callbacks private callback;

    function setUp() public override {
        super.setUp();
        callback = new Callbacks(book);
    }

    function test_The_callback_is_told_how_an_order_ended() public {
        uint64 orderId = reported();
        VM.expectEmit(address(book));
        emit IOrderBook.CallbackCalled(orderId, true);
        book.settle(orderId);
        assertEq(callback.orderId(), orderId);
        assertEq(callback.status(), uint256(IOrderBook.Status.Completed));
        assertEq(callback.reportHash(), REPORT);
        assertEq(callback.paid(), 30);
        assertEq(callback.refunded(), 70);
        orderId = place(asking());
        VM.prank(CUSTOMER);
        book.closeOrder(orderId);
        assertEq(callback.status(), uint256(IOrderBook.Status.Cancelled));
        orderId = place(asking());
        VM.warp(START + 2 days);
        book.expire(orderId);
        assertEq(callback.status(), uint256(IOrderBook.Status.Expired));
        assertEq(callback.calls(), 3);
    }

    function test_A_callback_that_fails_changes_nothing() public {
        Callbacks.Behaviour[3] memory bad = [Callbacks.Behaviour.Revert, Callbacks.Behaviour.BurnGas, Callbacks.Behaviour.ReturnBomb];
        for (uint256 i; i < bad.length; i++) {
            callback.behave(bad[i]);
            uint64 orderId = reported();
            uint256 before = creditOf(CUSTOMER);
            VM.expectEmit(address(book));
            emit IOrderBook.CallbackCalled(orderId, bad[i] == Callbacks.Behaviour.ReturnBomb);
            book.settle(orderId);
            statusIs(orderId, IOrderBook.Status.Completed);
            assertEq(creditOf(CUSTOMER) - before, 70);
        }
    }

    function test_A_return_bomb_costs_the_caller_no_more_than_the_allowance() public {
        callback.behave(Callbacks.Behaviour.ReturnBomb);
        uint64 orderId = reported();
        uint256 before = gasleft();
        book.settle(orderId);
        assertTrue(before - gasleft() < 300_000 + book.CALLBACK_GAS(), "nothing of what it returns is copied");
    }

    function test_A_callback_gets_its_whole_allowance_or_the_call_fails() public {
        uint64 orderId = reported();
        uint256 allowance = book.CALLBACK_GAS();
        bytes memory call = abi.encodeCall(OrderBook.settle, (orderId));
        uint256 refusedByBook;
        // From too little to enough: whenever it goes through, the callback had all its gas.
        for (uint256 gasGiven = 100_000; gasGiven < 900_000; gasGiven += 10_000) {
            (bool success, bytes memory answer) = address(book).call{gas: gasGiven}(call);
            if (success) {
                // Some hundreds are gone before the callback can look.
                assertTrue(callback.gasGiven() > allowance - 1000, "the whole allowance");
                assertTrue(refusedByBook > 5, "and before that it was refused");
                return;
            }
            if (answer.length != 0 && bytes4(answer) == IOrderBook.TooLittleGas.selector) refusedByBook++;
        }
        revert NotTrue("enough gas settles");
    }

    function test_A_callback_that_calls_back_gets_nothing_twice() public {
        uint64 orderId = reported();
        callback.arm(abi.encodeCall(OrderBook.settle, (orderId)));
        callback.arm(abi.encodeCall(OrderBook.expire, (orderId)));
        callback.arm(abi.encodeCall(OrderBook.closeOrder, (orderId)));
        callback.arm(abi.encodeCall(OrderBook.addDeposit, (orderId, 1)));
        book.settle(orderId);
        assertEq(callback.calls(), 1);
        assertEq(callback.successes(), 0);
        assertEq(creditOf(payoutOf(PROVIDER)), 30);
        assertEq(creditOf(CUSTOMER), 70);
    }

    function test_A_callback_may_settle_another_order() public {
        (uint64 first, uint64 second) = (reported(), run(100, 10));
        report(second, 1, 4);
        callback.arm(abi.encodeCall(OrderBook.settle, (second)));
        book.settle(first);
        assertEq(callback.successes(), 1);
        statusIs(second, IOrderBook.Status.Completed);
        assertEq(creditOf(payoutOf(PROVIDER)), 70);
        assertEq(creditOf(CUSTOMER), 130);
    }

    function test_A_token_that_calls_back_into_the_book_gets_nothing() public {
        ReentrantToken reentrant = new ReentrantToken();
        tokens.propose(address(reentrant), 1);
        reentrant.mint(CUSTOMER, 300);
        VM.prank(CUSTOMER);
        reentrant.approve(address(vault), 300);
        VM.prank(PROVIDER);
        uint64 own = offers.createOffer(OfferBook.Kind.Compute, NODE, address(reentrant), 0, 10);
        IOrderBook.Request memory asked = request(100, 10, 1);
        asked.token = address(reentrant);
        uint64 first = place(asked);
        assign(first, 0, 1, own);
        report(first, 1, 3);
        // While the second deposit comes in, the token settles the first order.
        reentrant.arm(address(book), abi.encodeCall(OrderBook.settle, (first)));
        uint64 second = place(asked);
        assertEq(reentrant.attempts(), 1);
        assertEq(reentrant.successes(), 0);
        statusIs(first, IOrderBook.Status.Running);
        reentrant.arm(address(0), "");
        book.settle(first);
        VM.prank(CUSTOMER);
        book.closeOrder(second);
        assertEq(vault.totalCredit(address(reentrant)), 200);
        assertEq(reentrant.balanceOf(address(vault)), 200);
    }

    function test_A_contract_orders_step_after_step() public {
        bytes32[] memory manifests = new bytes32[](2);
        (manifests[0], manifests[1]) = (MANIFEST, NODE);
        ChainedInference chain = new ChainedInference(book, vault, request(100, 10, 1), manifests);
        token.mint(address(chain), 200);
        chain.start();
        assign(1, 0, 1, offerId);
        report(1, 1, 3);
        VM.expectEmit(address(book));
        emit IOrderBook.CallbackCalled(1, true);
        VM.prank(STRANGER);
        book.settle(1);
        assertEq(chain.current(), 2);
        IOrderBook.Order memory second = book.getOrder(2);
        assertEq(second.manifestHash, NODE);
        assertEq(second.externalId, REPORT);
        assertEq(second.customer, address(chain));
        assign(2, 0, 1, offerId);
        report(2, 1, 4);
        book.settle(2);
        assertEq(chain.current(), 0);
        chain.collect();
        assertEq(token.balanceOf(address(this)), 130);
    }

    function test_A_chain_ends_with_an_order_that_does_not_complete() public {
        bytes32[] memory manifests = new bytes32[](2);
        ChainedInference chain = new ChainedInference(book, vault, request(100, 10, 1), manifests);
        token.mint(address(chain), 200);
        chain.start();
        VM.warp(START + 1 days);
        book.expire(1);
        assertEq(chain.ordered(), 1);
        VM.expectRevert(abi.encodeWithSelector(ChainedInference.NotOurOrder.selector, address(this), 1));
        chain.onOrderEnded(1, 4, REPORT, 0, 0);
        chain.collect();
        assertEq(token.balanceOf(address(this)), 200);
    }

    function asking() private view returns (IOrderBook.Request memory asked) {
        asked = request(100, 10, 1);
        asked.callback = address(callback);
    }

    function reported() private returns (uint64 orderId) {
        orderId = run(asking());
        report(orderId, 1, 3);
    }
}
