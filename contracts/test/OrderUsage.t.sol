// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IOrderBook} from "../src/IOrderBook.sol";
import {Fixture} from "./support/Fixture.sol";

contract OrderUsageTest is Fixture {
    function test_A_checkpoint_counts_units_and_events() public {
        uint64 orderId = run(100, 10);
        VM.expectEmit(address(book));
        emit IOrderBook.UsageCheckpoint(orderId, 1, 3, 3, 4);
        count(orderId, 1, 3);
        assertEq(book.getOrder(orderId).units, 3);
    }

    function test_Units_only_grow() public {
        uint64 orderId = run(100, 10);
        count(orderId, 1, 3);
        refuse(point(orderId, 1, 3), abi.encodeWithSelector(IOrderBook.StaleUnits.selector, 3, 3));
        refuse(point(orderId, 1, 2), abi.encodeWithSelector(IOrderBook.StaleUnits.selector, 2, 3));
        count(orderId, 1, 4);
        assertEq(book.getOrder(orderId).units, 4);
    }

    function test_Units_end_where_the_deposit_does() public {
        uint64 orderId = run(105, 10);
        VM.expectEmit(address(book));
        emit IOrderBook.UsageCheckpoint(orderId, 1, type(uint128).max, 10, 4);
        count(orderId, 1, type(uint128).max);
        refuse(point(orderId, 1, 11), abi.encodeWithSelector(IOrderBook.StaleUnits.selector, 10, 10));
        VM.prank(CUSTOMER);
        book.addDeposit(orderId, 5);
        count(orderId, 1, 11);
        assertEq(book.getOrder(orderId).units, 11);
    }

    function test_Sums_that_no_uint128_holds_are_clamped() public {
        uint64 orderId = run(1, 0);
        count(orderId, 1, type(uint128).max - 1);
        assign(orderId, 0, 2, offerId);
        count(orderId, 2, type(uint128).max);
        assertEq(book.getOrder(orderId).units, type(uint128).max);
        report(orderId, 2, type(uint128).max);
        book.settle(orderId);
        assertEq(creditOf(CUSTOMER), 1);
    }

    function test_Units_grow_no_faster_than_the_customer_allows() public {
        IOrderBook.Request memory asked = request(10_000, 10, 1);
        asked.unitsPerSecondMax = 2;
        uint64 orderId = run(asked);
        refuse(point(orderId, 1, 5), abi.encodeWithSelector(IOrderBook.StaleUnits.selector, 0, 0));
        VM.warp(START + 10);
        count(orderId, 1, 50);
        assertEq(book.getOrder(orderId).units, 20);
        VM.warp(START + 20);
        report(orderId, 1, 30);
        assertEq(book.getOrder(orderId).units, 30);
    }

    function test_A_replaced_lease_counts_nothing_more() public {
        uint64 orderId = run(100, 10);
        IOrderBook.Checkpoint memory old = point(orderId, 1, 3);
        IOrderBook.KeySignature memory oldReport = reportSignature(orderId, 1, 3);
        assign(orderId, 0, 2, offerId);
        refuse(old, abi.encodeWithSelector(IOrderBook.StaleEpoch.selector, 1, 2));
        VM.expectRevert(abi.encodeWithSelector(IOrderBook.StaleEpoch.selector, 1, 2));
        book.submitReport(orderId, 1, REPORT, 3, oldReport);
        // What it signed is not good under its successor's epoch either, although the key is the same.
        old.epoch = 2;
        refuse(old, abi.encodeWithSelector(IOrderBook.BadSignature.selector));
    }

    function test_Only_the_heads_key_counts() public {
        uint64 orderId = run(100, 10);
        IOrderBook.Checkpoint memory c = point(orderId, 1, 3);
        c.key = sign(AUTHORITY, book.checkpointDigest(orderId, 1, 3));
        refuse(c, abi.encodeWithSelector(IOrderBook.WrongKey.selector, authorityKeyHash, keyHashOf(LEASE_KEY)));
        c = point(orderId, 1, 3);
        c.units = 4;
        refuse(c, abi.encodeWithSelector(IOrderBook.BadSignature.selector));
        IOrderBook.KeySignature memory key = sign(AUTHORITY, book.reportDigest(orderId, 1, REPORT, 3));
        bytes32 expected = keyHashOf(LEASE_KEY);
        VM.expectRevert(abi.encodeWithSelector(IOrderBook.WrongKey.selector, authorityKeyHash, expected));
        book.submitReport(orderId, 1, REPORT, 3, key);
        key = reportSignature(orderId, 1, 3);
        VM.expectRevert(IOrderBook.BadSignature.selector);
        book.submitReport(orderId, 1, REPORT, 4, key);
    }

    function test_Nothing_is_counted_before_an_order_runs_or_after_it_reported() public {
        uint64 orderId = place(100, 10, 2);
        assign(orderId, 0, 1, offerId);
        refuse(point(orderId, 1, 3), wrongStatus(orderId, IOrderBook.Status.Open));
        IOrderBook.KeySignature memory signature = reportSignature(orderId, 1, 3);
        VM.expectRevert(wrongStatus(orderId, IOrderBook.Status.Open));
        book.submitReport(orderId, 1, REPORT, 3, signature);
        assign(orderId, 1, 1, offerId);
        report(orderId, 1, 3);
        refuse(point(orderId, 1, 4), abi.encodeWithSelector(IOrderBook.ReportAlreadySubmitted.selector, orderId));
        VM.expectRevert(abi.encodeWithSelector(IOrderBook.ReportAlreadySubmitted.selector, orderId));
        book.submitReport(orderId, 1, REPORT, 3, signature);
        book.settle(orderId);
        refuse(point(orderId, 1, 4), wrongStatus(orderId, IOrderBook.Status.Completed));
        refuse(point(99, 1, 4), abi.encodeWithSelector(IOrderBook.UnknownOrder.selector, 99));
    }

    function test_A_closing_order_still_counts() public {
        uint64 orderId = run(100, 10);
        VM.prank(CUSTOMER);
        book.closeOrder(orderId);
        count(orderId, 1, 3);
        assertEq(book.getOrder(orderId).units, 3);
    }

    function test_A_report_takes_back_nothing_that_was_counted() public {
        uint64 orderId = run(100, 10);
        count(orderId, 1, 5);
        VM.expectEmit(address(book));
        emit IOrderBook.ReportSubmitted(orderId, 1, REPORT, 2, 5, 5);
        report(orderId, 1, 2);
        assertEq(book.getOrder(orderId).units, 5);
        assertEq(book.getOrder(orderId).reportHash, REPORT);
        assertEq(book.getOrder(orderId).reportedAt, START);
    }

    function test_A_batch_counts_the_good_and_skips_the_bad() public {
        (uint64 first, uint64 second) = (run(100, 10), run(100, 10));
        IOrderBook.Checkpoint[] memory batch = new IOrderBook.Checkpoint[](6);
        batch[0] = point(first, 1, 3);
        batch[1] = point(first, 2, 9);
        batch[2] = point(second, 1, 4);
        batch[2].key.r = 0;
        batch[3] = point(second, 1, 2);
        batch[4] = point(99, 1, 2);
        batch[5] = point(first, 1, 5);
        VM.expectEmit(address(book));
        emit IOrderBook.UsageCheckpoint(first, 1, 3, 3, 4);
        VM.expectEmit(address(book));
        emit IOrderBook.CheckpointSkipped(first, 2, 9);
        VM.expectEmit(address(book));
        emit IOrderBook.CheckpointSkipped(second, 1, 4);
        VM.expectEmit(address(book));
        emit IOrderBook.UsageCheckpoint(second, 1, 2, 2, 4);
        VM.expectEmit(address(book));
        emit IOrderBook.CheckpointSkipped(99, 1, 2);
        VM.expectEmit(address(book));
        emit IOrderBook.UsageCheckpoint(first, 1, 5, 5, 5);
        book.checkpointBatch(batch);
    }

    function test_A_batch_is_of_limited_length() public {
        book.checkpointBatch(new IOrderBook.Checkpoint[](0));
        VM.expectRevert(abi.encodeWithSelector(IOrderBook.BatchTooLarge.selector, 65, 64));
        book.checkpointBatch(new IOrderBook.Checkpoint[](65));
    }

    function refuse(IOrderBook.Checkpoint memory c, bytes memory why) private {
        VM.expectRevert(why);
        book.checkpoint(c);
    }
}
