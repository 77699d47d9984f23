// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IOrderBook} from "../src/IOrderBook.sol";
import {Fixture} from "./support/Fixture.sol";

contract OrderLeasesTest is Fixture {
    function test_An_order_runs_when_every_slot_has_a_lease() public {
        uint64 orderId = place(100, 10, 2);
        assign(orderId, 1, 7, offerId);
        assign(orderId, 1, 8, offerId);
        statusIs(orderId, IOrderBook.Status.Open);
        VM.warp(START + 5);
        assign(orderId, 0, 1, otherOfferId);
        statusIs(orderId, IOrderBook.Status.Running);
        assertEq(book.getOrder(orderId).startedAt, START + 5);
        IOrderBook.Lease memory lease = book.getLease(orderId, 1);
        assertEq(lease.provider, PROVIDER);
        assertEq(lease.epoch, 8);
        assertEq(lease.offerId, offerId);
        assertEq(lease.keyHash, keyHashOf(LEASE_KEY));
        assertEq(book.getLease(orderId, 0).provider, OTHER_PROVIDER);
        assertEq(book.getOrder(orderId).leasedSlots, 2);
    }

    function test_An_epoch_that_is_not_higher_is_stale() public {
        uint64 orderId = place(100, 10, 2);
        assign(orderId, 0, 5, offerId);
        refuseLease(orderId, 0, 5, offerId, abi.encodeWithSelector(IOrderBook.StaleEpoch.selector, 5, 5));
        refuseLease(orderId, 0, 4, offerId, abi.encodeWithSelector(IOrderBook.StaleEpoch.selector, 4, 5));
        refuseLease(orderId, 1, 0, offerId, abi.encodeWithSelector(IOrderBook.StaleEpoch.selector, 0, 0));
        refuseLease(orderId, 2, 1, offerId, abi.encodeWithSelector(IOrderBook.UnknownSlot.selector, 2, 2));
    }

    function test_Only_the_orders_authority_signs_leases() public {
        uint64 orderId = place(100, 10, 1);
        bytes32 digest = book.leaseDigest(orderId, 0, 1, offerId, MEASUREMENT, keyHashOf(LEASE_KEY));
        IOrderBook.KeySignature memory own = sign(LEASE_KEY, digest);
        expectWrongKey(keyHashOf(LEASE_KEY), authorityKeyHash);
        sendQuietly(orderId, 1, own);
        IOrderBook.KeySignature memory good = sign(AUTHORITY, digest);
        VM.expectRevert(IOrderBook.BadSignature.selector);
        sendQuietly(orderId, 2, good);
        good.s = bytes32(uint256(0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551) - uint256(good.s));
        VM.expectRevert(IOrderBook.BadSignature.selector);
        sendQuietly(orderId, 1, good);
    }

    function test_A_lease_is_signed_for_one_chain() public {
        uint64 orderId = place(100, 10, 1);
        IOrderBook.KeySignature memory signature = leaseSignature(orderId, 0, 1, offerId, LEASE_KEY);
        VM.chainId(56);
        VM.expectRevert(IOrderBook.BadSignature.selector);
        sendQuietly(orderId, 1, signature);
        VM.chainId(31337);
        sendQuietly(orderId, 1, signature);
    }

    function test_A_revoked_measurement_gets_no_new_lease() public {
        uint64 running = run(100, 10);
        bytes memory refusal = abi.encodeWithSelector(IOrderBook.MeasurementNotActive.selector, MEASUREMENT);
        // The node's own measurement is another one, and stays good.
        bytes32 nodes = keccak256("the nodes' own measurement");
        measurements.propose(nodes, measurements.measurementOf(MEASUREMENT).platform, REPORT, START + 1 days);
        VM.prank(PROVIDER);
        providers.setNodeKey(NODE, REPORT, nodes, START + 1 days);
        VM.prank(GUARDIAN);
        measurements.revoke(MEASUREMENT);
        refuseLease(place(100, 10, 1), 0, 1, offerId, refusal);
        refuseLease(running, 0, 2, offerId, refusal);
        count(running, 1, 3);
        report(running, 1, 4);
        book.settle(running);
        assertEq(creditOf(payoutOf(PROVIDER)), 40);
    }

    function test_A_replaced_lease_is_paid_at_once_for_what_was_counted() public {
        uint64 orderId = run(request(100, 10, 2));
        count(orderId, 1, 4);
        VM.expectEmit(address(book));
        emit IOrderBook.LeasePaid(orderId, 1, 1, PROVIDER, 20, 6);
        VM.expectEmit(address(book));
        emit IOrderBook.LeaseAssigned(orderId, 1, 2, OTHER_PROVIDER, otherOfferId, MEASUREMENT, keyHashOf(LEASE_KEY), 4, 7);
        assign(orderId, 1, 2, otherOfferId);
        assertEq(creditOf(payoutOf(PROVIDER)), 20);
        assertEq(book.getOrder(orderId).paid, 20);
        count(orderId, 1, 6);
        report(orderId, 1, 10);
        book.settle(orderId);
        // Slot 0: 10 units at 5; slot 1: 4 at 5, then 6 at 5.
        assertEq(creditOf(payoutOf(PROVIDER)), 70);
        assertEq(creditOf(payoutOf(OTHER_PROVIDER)), 30);
        assertEq(creditOf(CUSTOMER), 0);
        assertEq(book.getOrder(orderId).paid, 100);
    }

    function test_A_new_head_counts_from_zero_and_adds_to_what_was_counted() public {
        uint64 orderId = run(100, 10);
        count(orderId, 1, 4);
        assign(orderId, 0, 2, otherOfferId);
        VM.expectEmit(address(book));
        emit IOrderBook.UsageCheckpoint(orderId, 2, 3, 7, 7);
        count(orderId, 2, 3);
        report(orderId, 2, 5);
        book.settle(orderId);
        assertEq(creditOf(payoutOf(PROVIDER)), 40);
        assertEq(creditOf(payoutOf(OTHER_PROVIDER)), 50);
        assertEq(creditOf(CUSTOMER), 10);
    }

    function test_A_lease_that_was_replaced_at_once_is_paid_nothing() public {
        uint64 orderId = run(100, 10);
        assign(orderId, 0, 2, otherOfferId);
        assertEq(vault.totalCredit(address(token)), 0);
        assertEq(providers.providerOf(PROVIDER).locked, 0);
        assertEq(providers.lockedFor(OTHER_PROVIDER, orderId), STAKE_PER_LEASE);
        assertEq(offers.offerOf(offerId).used, 0);
    }

    function test_Stakes_of_replaced_leases_stay_locked_while_the_order_can_be_disputed() public {
        IOrderBook.Request memory asked = request(100, 10, 1);
        asked.disputeWindow = 60;
        uint64 orderId = run(asked);
        assign(orderId, 0, 2, otherOfferId);
        assertEq(providers.lockedFor(PROVIDER, orderId), STAKE_PER_LEASE);
        assign(orderId, 0, 3, offerId);
        assertEq(providers.lockedFor(PROVIDER, orderId), 2 * STAKE_PER_LEASE);
        VM.expectRevert(wrongStatus(orderId, IOrderBook.Status.Running));
        book.releaseStake(orderId, OTHER_PROVIDER);
        report(orderId, 3, 1);
        VM.prank(CUSTOMER);
        court.open(orderId, REPORT);
        VM.expectRevert(wrongStatus(orderId, IOrderBook.Status.Disputed));
        book.releaseStake(orderId, OTHER_PROVIDER);
        court.resolve(orderId, 0, address(0), 0);
        assertEq(providers.lockedFor(PROVIDER, orderId), 0);
        assertEq(providers.lockedFor(OTHER_PROVIDER, orderId), STAKE_PER_LEASE);
        VM.prank(STRANGER);
        book.releaseStake(orderId, OTHER_PROVIDER);
        book.releaseStake(orderId, OTHER_PROVIDER);
        assertEq(providers.providerOf(PROVIDER).locked + providers.providerOf(OTHER_PROVIDER).locked, 0);
        assertEq(offers.offerOf(offerId).used + offers.offerOf(otherOfferId).used, 0);
    }

    function test_After_the_report_nobody_else_gets_the_slot() public {
        uint64 orderId = run(100, 10);
        report(orderId, 1, 3);
        refuseLease(orderId, 0, 2, offerId, abi.encodeWithSelector(IOrderBook.ReportAlreadySubmitted.selector, orderId));
        book.settle(orderId);
        refuseLease(orderId, 0, 2, offerId, wrongStatus(orderId, IOrderBook.Status.Completed));
        refuseLease(99, 0, 1, offerId, abi.encodeWithSelector(IOrderBook.UnknownOrder.selector, 99));
    }

    function test_A_closing_order_still_gets_leases_so_that_it_can_report() public {
        uint64 orderId = run(100, 10);
        VM.prank(CUSTOMER);
        book.closeOrder(orderId);
        assign(orderId, 0, 2, otherOfferId);
        report(orderId, 2, 3);
        statusIs(orderId, IOrderBook.Status.Closing);
        book.settle(orderId);
        assertEq(creditOf(payoutOf(OTHER_PROVIDER)), 30);
    }

    function test_An_open_order_that_is_over_gives_back_what_its_leases_took() public {
        uint64 orderId = place(100, 10, 3);
        assign(orderId, 1, 1, offerId);
        VM.prank(CUSTOMER);
        book.closeOrder(orderId);
        assertEq(offers.offerOf(offerId).used, 0);
        assertEq(providers.providerOf(PROVIDER).locked, 0);
        assertEq(creditOf(CUSTOMER), 100);
    }

    function test_The_lease_digest_is_the_hash_of_its_parts() public view {
        assertEq(
            book.leaseDigest(1, 2, 3, 4, MEASUREMENT, REPORT),
            sha256(
                abi.encode(
                    bytes32("SwarmCompute.Lease.v2"),
                    block.chainid,
                    address(book),
                    uint64(1),
                    uint8(2),
                    uint32(3),
                    uint64(4),
                    MEASUREMENT,
                    REPORT
                )
            )
        );
        assertEq(
            book.checkpointDigest(1, 2, 3),
            sha256(abi.encode(bytes32("SwarmCompute.Checkpoint.v1"), block.chainid, address(book), uint64(1), uint32(2), uint128(3)))
        );
        assertEq(
            book.reportDigest(1, 2, REPORT, 3),
            sha256(abi.encode(bytes32("SwarmCompute.Report.v1"), block.chainid, address(book), uint64(1), uint32(2), REPORT, uint128(3)))
        );
    }

    function expectWrongKey(bytes32 given, bytes32 expected) private {
        VM.expectRevert(abi.encodeWithSelector(IOrderBook.WrongKey.selector, given, expected));
    }

    /// @dev Slot 0; with the key's coordinates as constants of this call, so that nothing comes between expectRevert and the call.
    function sendQuietly(uint64 orderId, uint32 epoch, IOrderBook.KeySignature memory authority) private {
        sendLease(orderId, 0, epoch, offerId, authority);
    }
}
