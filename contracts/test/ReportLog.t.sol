// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IOrderBook} from "../src/IOrderBook.sol";
import {ReportLog} from "../src/ReportLog.sol";
import {Wired} from "../src/Wired.sol";
import {Fixture} from "./support/Fixture.sol";

contract ReportLogTest is Fixture {
    function test_Reports_are_chained() public {
        uint64 orderId = run(request(100, 10, 2));
        bytes32 keyHash = keyHashOf(LEASE_KEY);
        post(orderId, 1, 1, NODE);
        bytes32 first = keccak256(abi.encode(bytes32(0), uint8(1), uint32(1), NODE, keyHash));
        bytes32 second = keccak256(abi.encode(first, uint8(0), uint32(1), REPORT, keyHash));
        VM.expectEmit(address(reports));
        emit ReportLog.ReportPosted(orderId, 0, 1, REPORT, keyHash, second, 2);
        report(orderId, 1, 3);
        (bytes32 head, uint32 count) = reports.head(orderId);
        assertEq(head, second);
        assertEq(count, 2);
    }

    function test_A_report_is_posted_once() public {
        uint64 orderId = run(100, 10);
        post(orderId, 0, 1, NODE);
        refuse(orderId, 0, 1, NODE, abi.encodeWithSelector(ReportLog.AlreadyPosted.selector, orderId, NODE));
        post(orderId, 0, 1, MANIFEST);
    }

    function test_Posting_the_last_report_first_does_not_stop_it() public {
        uint64 orderId = run(100, 10);
        post(orderId, 0, 1, REPORT);
        report(orderId, 1, 3);
        (, uint32 count) = reports.head(orderId);
        assertEq(count, 1);
        book.settle(orderId);
    }

    function test_Only_the_slots_current_lease_posts() public {
        uint64 orderId = run(100, 10);
        assign(orderId, 0, 2, offerId);
        refuse(orderId, 0, 1, NODE, abi.encodeWithSelector(ReportLog.StaleEpoch.selector, 1, 2));
        refuse(orderId, 1, 0, NODE, abi.encodeWithSelector(ReportLog.StaleEpoch.selector, 0, 0));
        IOrderBook.KeySignature memory foreign = sign(AUTHORITY, reports.postDigest(orderId, 0, 2, NODE));
        bytes32 expected = keyHashOf(LEASE_KEY);
        VM.expectRevert(abi.encodeWithSelector(IOrderBook.WrongKey.selector, authorityKeyHash, expected));
        reports.post(orderId, 0, 2, NODE, foreign);
        IOrderBook.KeySignature memory other = sign(LEASE_KEY, reports.postDigest(orderId, 0, 2, REPORT));
        VM.expectRevert(IOrderBook.BadSignature.selector);
        reports.post(orderId, 0, 2, NODE, other);
    }

    function test_Nothing_is_posted_to_an_order_that_does_not_run() public {
        uint64 orderId = place(100, 10, 2);
        assign(orderId, 0, 1, offerId);
        refuse(orderId, 0, 1, NODE, abi.encodeWithSelector(ReportLog.WrongStatus.selector, orderId, IOrderBook.Status.Open));
        assign(orderId, 1, 1, offerId);
        report(orderId, 1, 1);
        book.settle(orderId);
        refuse(orderId, 0, 1, NODE, abi.encodeWithSelector(ReportLog.WrongStatus.selector, orderId, IOrderBook.Status.Completed));
    }

    function test_Only_the_order_book_appends() public {
        VM.expectRevert(abi.encodeWithSelector(Wired.NotOrderBook.selector, address(this)));
        reports.append(1, 0, 1, REPORT, NODE);
    }

    function post(uint64 orderId, uint8 slot, uint32 epoch, bytes32 hash) private {
        reports.post(orderId, slot, epoch, hash, sign(LEASE_KEY, reports.postDigest(orderId, slot, epoch, hash)));
    }

    function refuse(uint64 orderId, uint8 slot, uint32 epoch, bytes32 hash, bytes memory why) private {
        IOrderBook.KeySignature memory key = sign(LEASE_KEY, reports.postDigest(orderId, slot, epoch, hash));
        VM.expectRevert(why);
        reports.post(orderId, slot, epoch, hash, key);
    }
}
