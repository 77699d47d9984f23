// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {OrderBook} from "../src/OrderBook.sol";
import {Fixture} from "./support/Fixture.sol";

contract OrderBookTest is Fixture {
    function test_A_placed_order_is_open_and_its_deposit_is_locked() public {
        uint64 orderId = place(100, 10, 3);
        OrderBook.Order memory order = book.getOrder(orderId);
        assertEq(orderId, 1);
        assertEq(uint256(order.status), status(OrderBook.Status.Open));
        assertEq(order.manifestHash, MANIFEST);
        assertEq(order.authorityKeyHash, keyHashOf(AUTHORITY));
        assertEq(order.deposit, 100);
        assertEq(order.events, 1);
        assertEq(vault.locked(orderId), 100);
        assertEq(token.balanceOf(address(vault)), 100);
    }

    function test_A_deposit_below_one_unit_is_refused() public {
        VM.expectRevert(abi.encodeWithSelector(OrderBook.DepositTooSmall.selector, 9, 10));
        place(9, 10, 1);
        VM.expectRevert(abi.encodeWithSelector(OrderBook.DepositTooSmall.selector, 0, 1));
        place(0, 0, 1);
    }

    function test_Slots_run_from_one_to_sixteen() public {
        VM.expectRevert(abi.encodeWithSelector(OrderBook.SlotsOutOfRange.selector, 0, 16));
        place(10, 1, 0);
        VM.expectRevert(abi.encodeWithSelector(OrderBook.SlotsOutOfRange.selector, 17, 16));
        place(10, 1, 17);
        place(10, 1, 16);
    }

    function test_An_end_that_is_not_ahead_is_refused() public {
        uint64 timeNow = uint64(block.timestamp);
        VM.expectRevert(abi.encodeWithSelector(OrderBook.EndsInThePast.selector, timeNow, timeNow));
        VM.prank(CUSTOMER);
        book.placeOrder(MANIFEST, 1, 1, 1, 0, timeNow);
    }

    function test_The_order_runs_when_every_slot_has_a_lease() public {
        uint64 orderId = place(100, 10, 2);
        assign(orderId, 1, 1, PROVIDER);
        assertEq(statusOf(orderId), status(OrderBook.Status.Open));
        assign(orderId, 0, 1, PROVIDER);
        assertEq(statusOf(orderId), status(OrderBook.Status.Running));
        assertEq(book.getOrder(orderId).events, 4);
    }

    function test_A_second_lease_of_one_slot_does_not_count_for_another() public {
        uint64 orderId = place(100, 10, 2);
        assign(orderId, 0, 1, PROVIDER);
        assign(orderId, 0, 2, PROVIDER);
        assertEq(statusOf(orderId), status(OrderBook.Status.Open));
        assertEq(book.getLease(orderId, 0).epoch, 2);
        assertEq(book.getLease(orderId, 1).epoch, 0);
    }

    function test_A_stale_epoch_assigns_nothing() public {
        uint64 orderId = place(100, 10, 1);
        assign(orderId, 0, 5, PROVIDER);
        OrderBook.KeySignature memory signature = leaseSignature(orderId, 0, 5, AUTHORITY);
        VM.expectRevert(abi.encodeWithSelector(OrderBook.StaleEpoch.selector, 5, 5));
        assignSigned(orderId, 0, 5, signature);
        signature = leaseSignature(orderId, 0, 4, AUTHORITY);
        VM.expectRevert(abi.encodeWithSelector(OrderBook.StaleEpoch.selector, 4, 5));
        assignSigned(orderId, 0, 4, signature);
    }

    function test_Epoch_zero_is_never_a_lease() public {
        uint64 orderId = place(100, 10, 1);
        OrderBook.KeySignature memory signature = leaseSignature(orderId, 0, 0, AUTHORITY);
        VM.expectRevert(abi.encodeWithSelector(OrderBook.StaleEpoch.selector, 0, 0));
        assignSigned(orderId, 0, 0, signature);
    }

    function test_Only_the_orders_authority_signs_leases() public {
        uint64 orderId = place(100, 10, 1);
        OrderBook.KeySignature memory signature = leaseSignature(orderId, 0, 1, LEASE_KEY);
        VM.expectRevert(abi.encodeWithSelector(OrderBook.WrongKey.selector, keyHashOf(LEASE_KEY), keyHashOf(AUTHORITY)));
        assignSigned(orderId, 0, 1, signature);
    }

    function test_A_signature_over_something_else_is_refused() public {
        uint64 orderId = place(100, 10, 2);
        OrderBook.KeySignature memory signature = leaseSignature(orderId, 1, 1, AUTHORITY);
        VM.expectRevert(OrderBook.BadSignature.selector);
        assignSigned(orderId, 0, 1, signature);
    }

    function test_A_high_s_is_refused() public {
        uint64 orderId = place(100, 10, 1);
        OrderBook.KeySignature memory signature = leaseSignature(orderId, 0, 1, AUTHORITY);
        signature.s = bytes32(ORDER - uint256(signature.s));
        VM.expectRevert(OrderBook.BadSignature.selector);
        assignSigned(orderId, 0, 1, signature);
    }

    function test_A_lease_signed_for_another_book_is_refused() public {
        OrderBook other = new OrderBook(vault);
        uint64 orderId = place(100, 10, 1);
        bytes32 digest = other.leaseDigest(orderId, 0, 1, PROVIDER, keyHashOf(LEASE_KEY));
        OrderBook.KeySignature memory signature = sign(AUTHORITY, digest);
        VM.expectRevert(OrderBook.BadSignature.selector);
        assignSigned(orderId, 0, 1, signature);
    }

    function test_A_slot_that_the_order_lacks_is_refused() public {
        uint64 orderId = place(100, 10, 2);
        OrderBook.KeySignature memory signature = leaseSignature(orderId, 2, 1, AUTHORITY);
        VM.expectRevert(abi.encodeWithSelector(OrderBook.UnknownSlot.selector, 2, 2));
        assignSigned(orderId, 2, 1, signature);
    }

    function test_A_lease_needs_someone_to_pay() public {
        uint64 orderId = place(100, 10, 1);
        (uint256 x, uint256 y) = VM.publicKeyP256(LEASE_KEY);
        OrderBook.KeySignature memory signature = sign(AUTHORITY, 0);
        VM.expectRevert(OrderBook.ZeroAddress.selector);
        book.assignLease(orderId, 0, 1, address(0), bytes32(x), bytes32(y), signature);
    }

    function test_An_unknown_order_is_named() public {
        VM.expectRevert(abi.encodeWithSelector(OrderBook.UnknownOrder.selector, 7));
        book.settle(7);
        VM.expectRevert(abi.encodeWithSelector(OrderBook.UnknownOrder.selector, 7));
        book.closeOrder(7);
    }

    function test_A_closed_open_order_is_cancelled_and_refunded() public {
        uint64 orderId = place(100, 10, 1);
        VM.prank(CUSTOMER);
        book.closeOrder(orderId);
        assertEq(statusOf(orderId), status(OrderBook.Status.Cancelled));
        assertEq(vault.credit(CUSTOMER), 100);
        assertEq(vault.totalLocked(), 0);
    }

    function test_A_closed_running_order_may_still_report_and_settle() public {
        uint64 orderId = running(100, 10);
        VM.prank(CUSTOMER);
        book.closeOrder(orderId);
        assertEq(statusOf(orderId), status(OrderBook.Status.Closing));
        report(orderId, 1, 3);
        book.settle(orderId);
        assertEq(vault.credit(PROVIDER), 30);
        assertEq(vault.credit(CUSTOMER), 70);
    }

    function test_Only_the_customer_closes() public {
        uint64 orderId = place(100, 10, 1);
        VM.expectRevert(abi.encodeWithSelector(OrderBook.NotCustomer.selector, PROVIDER));
        VM.prank(PROVIDER);
        book.closeOrder(orderId);
    }

    function test_Closing_twice_is_refused() public {
        uint64 orderId = running(100, 10);
        VM.prank(CUSTOMER);
        book.closeOrder(orderId);
        VM.expectRevert(abi.encodeWithSelector(OrderBook.WrongStatus.selector, orderId, OrderBook.Status.Closing));
        VM.prank(CUSTOMER);
        book.closeOrder(orderId);
    }

    function test_An_open_order_takes_no_report() public {
        uint64 orderId = place(100, 10, 1);
        OrderBook.KeySignature memory signature = sign(LEASE_KEY, book.reportDigest(orderId, 1, REPORT, 1));
        VM.expectRevert(abi.encodeWithSelector(OrderBook.WrongStatus.selector, orderId, OrderBook.Status.Open));
        book.submitReport(orderId, 1, REPORT, 1, signature);
    }

    function test_A_report_of_a_replaced_lease_changes_nothing() public {
        uint64 orderId = running(100, 10);
        assign(orderId, 0, 2, PROVIDER);
        OrderBook.KeySignature memory signature = sign(LEASE_KEY, book.reportDigest(orderId, 1, REPORT, 3));
        VM.expectRevert(abi.encodeWithSelector(OrderBook.StaleEpoch.selector, 1, 2));
        book.submitReport(orderId, 1, REPORT, 3, signature);
    }

    function test_Only_the_head_leases_key_reports() public {
        uint64 orderId = running(100, 10);
        OrderBook.KeySignature memory signature = sign(AUTHORITY, book.reportDigest(orderId, 1, REPORT, 3));
        VM.expectRevert(abi.encodeWithSelector(OrderBook.WrongKey.selector, keyHashOf(AUTHORITY), keyHashOf(LEASE_KEY)));
        book.submitReport(orderId, 1, REPORT, 3, signature);
    }

    function test_Units_other_than_the_signed_ones_are_refused() public {
        uint64 orderId = running(100, 10);
        OrderBook.KeySignature memory signature = sign(LEASE_KEY, book.reportDigest(orderId, 1, REPORT, 3));
        VM.expectRevert(OrderBook.BadSignature.selector);
        book.submitReport(orderId, 1, REPORT, 4, signature);
    }

    function test_A_second_report_is_refused() public {
        uint64 orderId = running(100, 10);
        report(orderId, 1, 3);
        OrderBook.KeySignature memory signature = sign(LEASE_KEY, book.reportDigest(orderId, 1, REPORT, 9));
        VM.expectRevert(abi.encodeWithSelector(OrderBook.ReportAlreadySubmitted.selector, orderId));
        book.submitReport(orderId, 1, REPORT, 9, signature);
    }

    function test_After_the_report_nobody_else_gets_the_slot() public {
        uint64 orderId = running(100, 10);
        report(orderId, 1, 3);
        OrderBook.KeySignature memory signature = leaseSignature(orderId, 0, 2, AUTHORITY);
        VM.expectRevert(abi.encodeWithSelector(OrderBook.ReportAlreadySubmitted.selector, orderId));
        assignSigned(orderId, 0, 2, signature);
    }

    function test_Settling_needs_a_report() public {
        uint64 orderId = running(100, 10);
        VM.expectRevert(abi.encodeWithSelector(OrderBook.NoReport.selector, orderId));
        book.settle(orderId);
    }

    function test_Settling_twice_is_refused() public {
        uint64 orderId = running(100, 10);
        report(orderId, 1, 3);
        book.settle(orderId);
        VM.expectRevert(abi.encodeWithSelector(OrderBook.WrongStatus.selector, orderId, OrderBook.Status.Completed));
        book.settle(orderId);
        assertEq(vault.credit(PROVIDER), 30);
    }

    function test_The_remainder_of_the_split_goes_to_the_head() public {
        uint64 orderId = place(100, 10, 3);
        for (uint8 slot; slot < 3; slot++) {
            assign(orderId, slot, 1, address(uint160(0x100) + slot));
        }
        report(orderId, 1, 10);
        book.settle(orderId);
        assertEq(vault.credit(address(0x100)), 34);
        assertEq(vault.credit(address(0x101)), 33);
        assertEq(vault.credit(address(0x102)), 33);
        assertEq(vault.credit(CUSTOMER), 0);
    }

    function test_The_current_provider_is_paid_not_the_one_before() public {
        uint64 orderId = running(100, 10);
        assign(orderId, 0, 2, address(0x200));
        report(orderId, 2, 3);
        book.settle(orderId);
        assertEq(vault.credit(address(0x200)), 30);
        assertEq(vault.credit(PROVIDER), 0);
    }

    function test_An_order_past_its_end_is_refunded_by_anyone() public {
        uint64 orderId = running(100, 10);
        VM.warp(endsAt());
        book.expire(orderId);
        assertEq(statusOf(orderId), status(OrderBook.Status.Expired));
        assertEq(vault.credit(CUSTOMER), 100);
    }

    function test_An_order_before_its_end_does_not_expire() public {
        uint64 orderId = place(100, 10, 1);
        uint64 end = endsAt();
        VM.warp(end - 1);
        VM.expectRevert(abi.encodeWithSelector(OrderBook.NotYetEnded.selector, end, end - 1));
        book.expire(orderId);
    }

    function test_A_reported_order_does_not_expire() public {
        uint64 orderId = running(100, 10);
        report(orderId, 1, 3);
        VM.warp(endsAt());
        VM.expectRevert(abi.encodeWithSelector(OrderBook.ReportAlreadySubmitted.selector, orderId));
        book.expire(orderId);
    }

    function test_An_ended_order_stays_ended() public {
        uint64 orderId = place(100, 10, 1);
        VM.warp(endsAt());
        book.expire(orderId);
        OrderBook.KeySignature memory signature = leaseSignature(orderId, 0, 1, AUTHORITY);
        bytes memory wrongStatus = abi.encodeWithSelector(OrderBook.WrongStatus.selector, orderId, OrderBook.Status.Expired);
        VM.expectRevert(wrongStatus);
        assignSigned(orderId, 0, 1, signature);
        VM.expectRevert(wrongStatus);
        book.expire(orderId);
        VM.expectRevert(wrongStatus);
        VM.prank(CUSTOMER);
        book.closeOrder(orderId);
    }

    function test_Events_count_themselves() public {
        uint64 orderId = place(100, 10, 1);
        VM.expectEmit(address(book));
        emit OrderBook.LeaseAssigned(orderId, 0, 1, PROVIDER, keyHashOf(LEASE_KEY), 2);
        VM.expectEmit(address(book));
        emit OrderBook.OrderRunning(orderId, 3);
        assign(orderId, 0, 1, PROVIDER);
        VM.expectEmit(address(book));
        emit OrderBook.ReportSubmitted(orderId, 1, REPORT, 3, 4);
        report(orderId, 1, 3);
        VM.expectEmit(address(book));
        emit OrderBook.OrderSettled(orderId, 30, 70, 5);
        book.settle(orderId);
    }

    function testFuzz_What_is_paid_and_refunded_is_the_deposit(uint128 deposit, uint128 unitPrice, uint128 units, uint8 slots) public {
        slots = uint8(bound(slots, 1, 16));
        deposit = uint128(bound(deposit, 1, type(uint128).max));
        unitPrice = uint128(bound(unitPrice, 0, deposit));
        uint64 orderId = place(deposit, unitPrice, slots);
        for (uint8 slot; slot < slots; slot++) {
            assign(orderId, slot, 1, address(uint160(0x100) + slot));
        }
        report(orderId, 1, units);
        book.settle(orderId);

        OrderBook.Order memory order = book.getOrder(orderId);
        uint256 earned = uint256(units) * unitPrice;
        assertEq(order.paid, earned < deposit ? earned : deposit);
        assertEq(uint256(order.paid) + order.refunded, deposit);
        uint256 credited = vault.credit(CUSTOMER);
        for (uint8 slot; slot < slots; slot++) {
            credited += vault.credit(address(uint160(0x100) + slot));
        }
        assertEq(credited, deposit);
        assertEq(vault.locked(orderId), 0);
    }

    function leaseSignature(uint64 orderId, uint8 slot, uint32 epoch, uint256 signer) private view returns (OrderBook.KeySignature memory) {
        return sign(signer, book.leaseDigest(orderId, slot, epoch, PROVIDER, keyHashOf(LEASE_KEY)));
    }

    function assignSigned(uint64 orderId, uint8 slot, uint32 epoch, OrderBook.KeySignature memory signature) private {
        (bytes32 x, bytes32 y) = leaseKey();
        book.assignLease(orderId, slot, epoch, PROVIDER, x, y, signature);
    }

    function leaseKey() private pure returns (bytes32, bytes32) {
        (uint256 x, uint256 y) = VM.publicKeyP256(LEASE_KEY);
        return (bytes32(x), bytes32(y));
    }
}
