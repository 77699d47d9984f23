// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IOrderBook} from "../src/IOrderBook.sol";
import {Fixture} from "./support/Fixture.sol";

contract SubOrdersTest is Fixture {
    function test_A_sub_order_draws_on_its_parent_and_gives_back_what_is_left() public {
        uint64 parent = run(100, 10);
        VM.expectEmit(address(book));
        emit IOrderBook.SubOrderPlaced(parent, 2, 40, 4);
        uint64 child = sub(parent, 40);
        assertEq(book.getOrder(parent).drawn, 40);
        assertEq(book.getOrder(parent).openChildren, 1);
        assertEq(book.getOrder(child).parentId, parent);
        assertEq(purseOf(parent), 60);
        assertEq(purseOf(child), 40);
        assign(child, 0, 1, otherOfferId);
        report(child, 1, 3);
        VM.expectEmit(address(book));
        emit IOrderBook.SubOrderEnded(parent, child, 10, 5);
        book.settle(child);
        assertEq(book.getOrder(child).refunded, 10);
        assertEq(book.getOrder(parent).drawn, 30);
        assertEq(purseOf(parent), 70);
        report(parent, 1, 5);
        book.settle(parent);
        assertEq(creditOf(payoutOf(OTHER_PROVIDER)), 30);
        assertEq(creditOf(payoutOf(PROVIDER)), 50);
        assertEq(creditOf(CUSTOMER), 20);
        IOrderBook.Order memory order = book.getOrder(parent);
        assertEq(uint256(order.paid) + order.refunded + order.drawn, order.deposit);
    }

    function test_A_parent_counts_only_what_its_sub_orders_leave() public {
        uint64 parent = run(100, 10);
        uint64 child = sub(parent, 60);
        count(parent, 1, 9);
        assertEq(book.getOrder(parent).units, 4);
        VM.prank(CUSTOMER);
        book.closeOrder(child);
        count(parent, 1, 9);
        assertEq(book.getOrder(parent).units, 9);
    }

    function test_A_sub_order_gets_no_more_than_is_free() public {
        uint64 parent = run(100, 10);
        count(parent, 1, 5);
        sub(parent, 20);
        refuse(parent, request(31, 10, 1), abi.encodeWithSelector(IOrderBook.SliceTooSmall.selector, parent, 30, 31));
        sub(parent, 30);
        assertEq(purseOf(parent), 50);
    }

    function test_What_a_sub_order_must_be_is_checked() public {
        uint64 parent = run(100, 10);
        IOrderBook.Request memory asked = request(10, 10, 1);
        VM.expectRevert(abi.encodeWithSelector(IOrderBook.NotCustomer.selector, STRANGER));
        VM.prank(STRANGER);
        book.placeSubOrder(parent, asked, noAssets());
        asked.endsAt++;
        refuse(parent, asked, abi.encodeWithSelector(IOrderBook.EndsTooLate.selector, asked.endsAt, asked.endsAt - 1));
        asked = request(10, 10, 1);
        asked.token = address(stakeToken);
        refuse(parent, asked, abi.encodeWithSelector(IOrderBook.OtherToken.selector, address(stakeToken), address(token)));
        uint64 child = sub(parent, 50);
        refuse(child, request(10, 10, 1), abi.encodeWithSelector(IOrderBook.SubOrderOfSubOrder.selector, child));
        refuse(99, request(10, 10, 1), abi.encodeWithSelector(IOrderBook.UnknownOrder.selector, 99));
        refuse(parent, request(9, 10, 1), abi.encodeWithSelector(IOrderBook.DepositTooSmall.selector, 9, 10));
    }

    function test_A_sub_order_takes_no_deposit_from_outside() public {
        uint64 child = sub(run(100, 10), 50);
        VM.expectRevert(abi.encodeWithSelector(IOrderBook.DepositOfSubOrder.selector, child));
        VM.prank(CUSTOMER);
        book.addDeposit(child, 10);
    }

    function test_At_most_sixteen_are_open_at_once() public {
        uint64 parent = run(1000, 10);
        uint64 child = sub(parent, 10);
        for (uint256 i = 1; i < 16; i++) {
            sub(parent, 10);
        }
        refuse(parent, request(10, 10, 1), abi.encodeWithSelector(IOrderBook.TooManySubOrders.selector, parent, 16));
        VM.prank(CUSTOMER);
        book.closeOrder(child);
        sub(parent, 10);
        assertEq(book.getOrder(parent).openChildren, 16);
    }

    function test_A_parent_ends_after_its_sub_orders() public {
        uint64 parent = run(100, 10);
        uint64 child = sub(parent, 50);
        report(parent, 1, 2);
        bytes memory refusal = abi.encodeWithSelector(IOrderBook.OpenSubOrders.selector, parent, 1);
        VM.expectRevert(refusal);
        book.settle(parent);
        VM.warp(START + 1 days);
        book.expire(child);
        book.settle(parent);
        assertEq(creditOf(payoutOf(PROVIDER)), 20);
        assertEq(creditOf(CUSTOMER), 80);
    }

    function test_Neither_closing_nor_expiry_skips_a_sub_order() public {
        uint64 parent = place(100, 10, 1);
        uint64 child = sub(parent, 50);
        bytes memory refusal = abi.encodeWithSelector(IOrderBook.OpenSubOrders.selector, parent, 1);
        VM.expectRevert(refusal);
        VM.prank(CUSTOMER);
        book.closeOrder(parent);
        VM.warp(START + 1 days);
        VM.expectRevert(refusal);
        book.expire(parent);
        book.expire(child);
        book.expire(parent);
        assertEq(creditOf(CUSTOMER), 100);
    }

    function test_A_reported_or_closing_parent_gets_no_sub_order() public {
        uint64 parent = run(100, 10);
        report(parent, 1, 2);
        refuse(parent, request(10, 10, 1), abi.encodeWithSelector(IOrderBook.ReportAlreadySubmitted.selector, parent));
        parent = run(100, 10);
        VM.prank(CUSTOMER);
        book.closeOrder(parent);
        IOrderBook.Request memory asked = request(10, 10, 1);
        asked.endsAt = START + 60;
        refuse(parent, asked, wrongStatus(parent, IOrderBook.Status.Closing));
    }

    function test_A_disputed_parent_is_resolved_after_its_sub_orders() public {
        IOrderBook.Request memory asked = request(100, 10, 1);
        asked.disputeWindow = 60;
        uint64 parent = run(asked);
        uint64 child = sub(parent, 50);
        report(parent, 1, 2);
        VM.prank(CUSTOMER);
        court.open(parent, REPORT);
        VM.expectRevert(abi.encodeWithSelector(IOrderBook.OpenSubOrders.selector, parent, 1));
        court.resolve(parent, 10_000, address(0), 0);
        VM.prank(CUSTOMER);
        book.closeOrder(child);
        court.resolve(parent, 10_000, address(0), 0);
        assertEq(creditOf(CUSTOMER), 100 + BOND);
    }

    function sub(uint64 parent, uint128 deposit) private returns (uint64) {
        VM.prank(CUSTOMER);
        return book.placeSubOrder(parent, request(deposit, 10, 1), noAssets());
    }

    function refuse(uint64 parent, IOrderBook.Request memory asked, bytes memory why) private {
        VM.expectRevert(why);
        VM.prank(CUSTOMER);
        book.placeSubOrder(parent, asked, noAssets());
    }
}
