// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IOrderBook} from "../src/IOrderBook.sol";
import {OfferBook} from "../src/OfferBook.sol";
import {BlockingToken} from "./support/BlockingToken.sol";
import {Fixture} from "./support/Fixture.sol";

/// forge-config: default.evm_version = "osaka"
contract OrderMoneyTest is Fixture {
    function test_A_report_pays_the_providers_the_owners_and_the_customer() public {
        uint64 model = offer(OWNER, OfferBook.Kind.Model, NODE, 4, 0);
        IOrderBook.AssetUse[] memory uses = new IOrderBook.AssetUse[](1);
        uses[0] = IOrderBook.AssetUse({offerId: model, version: 1});
        VM.prank(CUSTOMER);
        uint64 orderId = book.placeOrder(request(100, 10, 2), uses);
        assign(orderId, 0, 1, offerId);
        assign(orderId, 1, 1, otherOfferId);
        report(orderId, 1, 7);
        VM.expectEmit(address(book));
        emit IOrderBook.OrderSettled(orderId, 70, 30, 7);
        book.settle(orderId);
        statusIs(orderId, IOrderBook.Status.Completed);
        assertEq(creditOf(OWNER), 28);
        assertEq(creditOf(payoutOf(PROVIDER)), 21);
        assertEq(creditOf(payoutOf(OTHER_PROVIDER)), 21);
        assertEq(creditOf(CUSTOMER), 30);
        assertEq(purseOf(orderId), 0);
    }

    function test_The_head_gets_the_remainder_of_the_price() public {
        uint64 orderId = place(100, 10, 3);
        assign(orderId, 0, 1, offerId);
        assign(orderId, 1, 1, otherOfferId);
        assign(orderId, 2, 1, otherOfferId);
        report(orderId, 1, 10);
        book.settle(orderId);
        assertEq(creditOf(payoutOf(PROVIDER)), 40);
        assertEq(creditOf(payoutOf(OTHER_PROVIDER)), 60);
        assertEq(creditOf(CUSTOMER), 0);
    }

    function test_The_payout_is_what_it_is_at_the_end() public {
        uint64 orderId = run(100, 10);
        report(orderId, 1, 3);
        VM.prank(PROVIDER);
        providers.register(STRANGER, 0);
        book.settle(orderId);
        assertEq(creditOf(STRANGER), 30);
    }

    function test_Settling_needs_a_report_and_works_once() public {
        uint64 orderId = run(100, 10);
        VM.expectRevert(abi.encodeWithSelector(IOrderBook.NoReport.selector, orderId));
        book.settle(orderId);
        report(orderId, 1, 3);
        book.settle(orderId);
        VM.expectRevert(wrongStatus(orderId, IOrderBook.Status.Completed));
        book.settle(orderId);
        assertEq(creditOf(payoutOf(PROVIDER)), 30);
        VM.expectRevert(abi.encodeWithSelector(IOrderBook.UnknownOrder.selector, 99));
        book.settle(99);
    }

    function test_In_the_dispute_window_only_the_customer_settles() public {
        IOrderBook.Request memory asked = request(100, 10, 1);
        asked.disputeWindow = 60;
        (uint64 first, uint64 second) = (run(asked), run(asked));
        report(first, 1, 3);
        report(second, 1, 3);
        VM.prank(CUSTOMER);
        book.settle(first);
        VM.warp(START + 59);
        VM.expectRevert(abi.encodeWithSelector(IOrderBook.DisputeWindowOpen.selector, START + 60, START + 59));
        VM.prank(STRANGER);
        book.settle(second);
        VM.warp(START + 60);
        VM.prank(STRANGER);
        book.settle(second);
        assertEq(creditOf(payoutOf(PROVIDER)), 60);
    }

    function test_Closing_before_it_runs_cancels_with_a_full_refund() public {
        uint64 orderId = place(100, 10, 1);
        VM.expectEmit(address(book));
        emit IOrderBook.OrderCancelled(orderId, 100, 2);
        VM.prank(CUSTOMER);
        book.closeOrder(orderId);
        statusIs(orderId, IOrderBook.Status.Cancelled);
        assertEq(creditOf(CUSTOMER), 100);
        assertEq(book.getOrder(orderId).refunded, 100);
    }

    function test_A_running_order_that_is_closed_has_an_hour_to_report() public {
        uint64 orderId = run(100, 10);
        VM.expectEmit(address(book));
        emit IOrderBook.OrderClosing(orderId, START + 1 hours, 4);
        VM.prank(CUSTOMER);
        book.closeOrder(orderId);
        VM.expectRevert(wrongStatus(orderId, IOrderBook.Status.Closing));
        VM.prank(CUSTOMER);
        book.closeOrder(orderId);
        count(orderId, 1, 2);
        VM.warp(START + 1 hours);
        book.expire(orderId);
        assertEq(creditOf(payoutOf(PROVIDER)), 20);
        assertEq(creditOf(CUSTOMER), 80);
    }

    function test_Closing_never_makes_an_order_longer() public {
        IOrderBook.Request memory asked = request(100, 10, 1);
        asked.endsAt = START + 60;
        uint64 orderId = run(asked);
        VM.expectRevert(abi.encodeWithSelector(IOrderBook.NotCustomer.selector, STRANGER));
        VM.prank(STRANGER);
        book.closeOrder(orderId);
        VM.prank(CUSTOMER);
        book.closeOrder(orderId);
        assertEq(book.getOrder(orderId).endsAt, START + 60);
    }

    function test_An_order_past_its_end_pays_what_checkpoints_prove() public {
        uint64 orderId = run(100, 10);
        count(orderId, 1, 4);
        VM.warp(START + 1 days - 1);
        VM.expectRevert(abi.encodeWithSelector(IOrderBook.NotYetEnded.selector, START + 1 days, START + 1 days - 1));
        book.expire(orderId);
        VM.warp(START + 1 days);
        VM.expectEmit(address(book));
        emit IOrderBook.OrderExpired(orderId, 40, 60, 5);
        VM.prank(STRANGER);
        book.expire(orderId);
        statusIs(orderId, IOrderBook.Status.Expired);
        assertEq(creditOf(payoutOf(PROVIDER)), 40);
        assertEq(creditOf(CUSTOMER), 60);
    }

    function test_A_reported_order_does_not_expire() public {
        uint64 orderId = run(100, 10);
        report(orderId, 1, 3);
        VM.warp(START + 2 days);
        VM.expectRevert(abi.encodeWithSelector(IOrderBook.ReportAlreadySubmitted.selector, orderId));
        book.expire(orderId);
    }

    function test_An_order_that_never_ran_expires_with_a_full_refund() public {
        uint64 orderId = place(100, 10, 1);
        VM.warp(START + 1 days);
        book.expire(orderId);
        assertEq(creditOf(CUSTOMER), 100);
        bytes memory over = wrongStatus(orderId, IOrderBook.Status.Expired);
        VM.expectRevert(over);
        book.expire(orderId);
        VM.expectRevert(over);
        VM.prank(CUSTOMER);
        book.closeOrder(orderId);
        VM.expectRevert(over);
        book.settle(orderId);
    }

    function test_A_customer_whom_the_token_blocks_does_not_block_the_settlement() public {
        BlockingToken blocking = new BlockingToken();
        tokens.propose(address(blocking), 1);
        blocking.mint(CUSTOMER, 100);
        VM.prank(CUSTOMER);
        blocking.approve(address(vault), 100);
        VM.prank(PROVIDER);
        uint64 own = offers.createOffer(OfferBook.Kind.Compute, NODE, address(blocking), 0, 10);
        IOrderBook.Request memory asked = request(100, 10, 1);
        asked.token = address(blocking);
        uint64 orderId = place(asked);
        assign(orderId, 0, 1, own);
        report(orderId, 1, 3);
        blocking.refuse(CUSTOMER);
        book.settle(orderId);
        VM.prank(payoutOf(PROVIDER));
        vault.withdraw(address(blocking));
        assertEq(blocking.balanceOf(payoutOf(PROVIDER)), 30);
        assertEq(vault.credit(address(blocking), CUSTOMER), 70);
    }

    /// forge-config: default.fuzz.runs = 64
    /// @dev The expected parts are computed here, from the request and the units alone.
    function testFuzz_Everything_adds_up_to_the_deposit(uint128 deposit, uint128 price, uint128 model, uint128 units, uint8 slots) public {
        slots = uint8(bound(slots, 1, 16));
        deposit = uint128(bound(deposit, 1, type(uint128).max));
        price = uint128(bound(price, 0, deposit));
        model = uint128(bound(model, 0, price));
        IOrderBook.AssetUse[] memory uses = new IOrderBook.AssetUse[](1);
        uses[0] = IOrderBook.AssetUse({offerId: offer(OWNER, OfferBook.Kind.Model, NODE, model, 0), version: 1});
        VM.prank(CUSTOMER);
        uint64 orderId = book.placeOrder(request(deposit, price, slots), uses);
        assign(orderId, 0, 1, otherOfferId);
        for (uint8 slot = 1; slot < slots; slot++) {
            assign(orderId, slot, 1, offerId);
        }
        report(orderId, 1, units);
        book.settle(orderId);

        uint256 counted = price == 0 || units < deposit / price ? units : deposit / price;
        uint256 share = uint256(price - model) / slots;
        IOrderBook.Order memory order = book.getOrder(orderId);
        assertEq(order.units, counted);
        assertEq(order.paid, counted * price);
        assertEq(order.refunded, deposit - counted * price);
        assertEq(creditOf(OWNER), counted * model);
        assertEq(creditOf(payoutOf(PROVIDER)), counted * share * (slots - 1));
        assertEq(creditOf(payoutOf(OTHER_PROVIDER)), counted * (price - model - share * (slots - 1)));
        assertEq(creditOf(CUSTOMER), deposit - counted * price);
        assertEq(purseOf(orderId), 0);
    }

    function testFuzz_Replaced_leases_and_the_last_one_share_what_was_counted(uint64 first, uint64 second, uint64 third, uint64 deposit)
        public
    {
        deposit = uint64(bound(deposit, 100, type(uint64).max));
        uint64 orderId = run(deposit, 100);
        uint256 most = deposit / 100;
        uint256 a = min(bound(first, 1, most), most);
        count(orderId, 1, uint128(a));
        assign(orderId, 0, 2, otherOfferId);
        uint256 b = min(a + second, most);
        if (b > a) count(orderId, 2, second);
        assign(orderId, 0, 3, offerId);
        report(orderId, 3, third);
        uint256 c = min(b + third, most);
        book.settle(orderId);
        assertEq(creditOf(payoutOf(OTHER_PROVIDER)), (b - a) * 100);
        assertEq(creditOf(payoutOf(PROVIDER)), (a + c - b) * 100);
        assertEq(creditOf(CUSTOMER), deposit - c * 100);
    }

    function min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
