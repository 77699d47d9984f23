// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {DisputeCourt} from "../src/DisputeCourt.sol";
import {IOrderBook} from "../src/IOrderBook.sol";
import {OfferBook} from "../src/OfferBook.sol";
import {ProviderRegistry} from "../src/ProviderRegistry.sol";
import {Fixture} from "./support/Fixture.sol";

/// forge-config: default.evm_version = "osaka"
contract DisputeCourtTest is Fixture {
    uint64 private constant DEADLINE = START + DECIDE_WITHIN;

    function test_A_customer_disputes_a_report_within_the_window() public {
        uint64 orderId = reported(5);
        VM.expectEmit(address(court));
        emit DisputeCourt.DisputeOpened(orderId, CUSTOMER, MANIFEST, BOND, DEADLINE);
        open(orderId);
        statusIs(orderId, IOrderBook.Status.Disputed);
        assertEq(court.disputeOf(orderId).opener, CUSTOMER);
        (, uint128 bond) = vault.purse(address(court), bytes32(uint256(orderId)));
        assertEq(bond, BOND);
        VM.warp(START + 10 days);
        bytes memory refusal = wrongStatus(orderId, IOrderBook.Status.Disputed);
        VM.expectRevert(refusal);
        VM.prank(CUSTOMER);
        book.settle(orderId);
        VM.expectRevert(refusal);
        book.expire(orderId);
        VM.expectRevert(refusal);
        VM.prank(CUSTOMER);
        court.open(orderId, MANIFEST);
    }

    function test_What_cannot_be_disputed_is_refused() public {
        uint64 orderId = reported(5);
        VM.expectRevert(abi.encodeWithSelector(DisputeCourt.NotCustomer.selector, STRANGER));
        VM.prank(STRANGER);
        court.open(orderId, MANIFEST);
        VM.warp(START + 1 hours);
        VM.expectRevert(abi.encodeWithSelector(IOrderBook.DisputeWindowOver.selector, START + 1 hours, START + 1 hours));
        open(orderId);
        book.settle(orderId);
        VM.expectRevert(wrongStatus(orderId, IOrderBook.Status.Completed));
        open(orderId);
        uint64 without = run(100, 10);
        VM.expectRevert(abi.encodeWithSelector(IOrderBook.NoReport.selector, without));
        open(without);
        report(without, 1, 3);
        VM.expectRevert(abi.encodeWithSelector(IOrderBook.DisputeWindowOver.selector, START + 1 hours, START + 1 hours));
        open(without);
    }

    function test_The_arbiter_divides_what_is_not_yet_paid() public {
        uint64 orderId = reported(10);
        open(orderId);
        VM.expectEmit(address(book));
        emit IOrderBook.OrderSettled(orderId, 75, 25, 6);
        court.resolve(orderId, 2_500, address(0), 0);
        statusIs(orderId, IOrderBook.Status.Completed);
        assertEq(creditOf(payoutOf(PROVIDER)), 75);
        assertEq(creditOf(CUSTOMER), 25 + BOND);
        assertEq(court.disputeOf(orderId).opener, address(0));
    }

    function test_What_a_replaced_lease_was_paid_stays_paid() public {
        IOrderBook.Request memory asked = request(100, 10, 1);
        asked.disputeWindow = 1 hours;
        uint64 orderId = run(asked);
        count(orderId, 1, 4);
        assign(orderId, 0, 2, otherOfferId);
        report(orderId, 2, 6);
        open(orderId);
        court.resolve(orderId, 10_000, address(0), 0);
        assertEq(creditOf(payoutOf(PROVIDER)), 40);
        assertEq(creditOf(payoutOf(OTHER_PROVIDER)), 0);
        assertEq(creditOf(CUSTOMER), 60 + BOND);
    }

    function test_Each_payees_part_is_rounded_down() public {
        uint64 model = offer(OWNER, OfferBook.Kind.Model, NODE, 3, 0);
        IOrderBook.AssetUse[] memory uses = new IOrderBook.AssetUse[](1);
        uses[0] = IOrderBook.AssetUse({offerId: model, version: 1});
        IOrderBook.Request memory asked = request(100, 10, 1);
        asked.disputeWindow = 1 hours;
        VM.prank(CUSTOMER);
        uint64 orderId = book.placeOrder(asked, uses);
        assign(orderId, 0, 1, offerId);
        report(orderId, 1, 1);
        open(orderId);
        court.resolve(orderId, 5_000, address(0), 0);
        assertEq(creditOf(OWNER), 1);
        assertEq(creditOf(payoutOf(PROVIDER)), 3);
        assertEq(creditOf(CUSTOMER), 96 + BOND);
    }

    function test_A_dispute_that_gets_nothing_costs_the_bond() public {
        uint64 orderId = reported(5);
        open(orderId);
        court.resolve(orderId, 0, address(0), 0);
        assertEq(creditOf(payoutOf(PROVIDER)), 50 + BOND);
        assertEq(creditOf(CUSTOMER), 50);
    }

    function test_Slashed_stake_goes_to_the_customer_and_is_at_most_what_is_locked() public {
        uint64 orderId = reported(5);
        open(orderId);
        VM.expectRevert(
            abi.encodeWithSelector(ProviderRegistry.NotLocked.selector, PROVIDER, orderId, STAKE_PER_LEASE, STAKE_PER_LEASE + 1)
        );
        court.resolve(orderId, 1, PROVIDER, STAKE_PER_LEASE + 1);
        VM.expectRevert(abi.encodeWithSelector(ProviderRegistry.NotLocked.selector, OTHER_PROVIDER, orderId, 0, 1));
        court.resolve(orderId, 1, OTHER_PROVIDER, 1);
        court.resolve(orderId, 10_000, PROVIDER, 30);
        assertEq(vault.credit(address(stakeToken), CUSTOMER), 30);
        assertEq(providers.providerOf(PROVIDER).staked, 100 * STAKE_PER_LEASE - 30);
        assertEq(providers.providerOf(PROVIDER).locked, 0);
        assertEq(providers.lockedFor(PROVIDER, orderId), 0);
    }

    function test_After_the_deadline_anyone_concludes_as_reported() public {
        uint64 orderId = reported(5);
        open(orderId);
        VM.expectRevert(abi.encodeWithSelector(DisputeCourt.NotYetDue.selector, DEADLINE, START));
        court.conclude(orderId);
        VM.warp(DEADLINE);
        VM.expectRevert(abi.encodeWithSelector(DisputeCourt.TooLate.selector, DEADLINE, DEADLINE));
        court.resolve(orderId, 10_000, address(0), 0);
        VM.expectEmit(address(court));
        emit DisputeCourt.DisputeResolved(orderId, 0, true);
        VM.prank(STRANGER);
        court.conclude(orderId);
        assertEq(creditOf(payoutOf(PROVIDER)), 50);
        assertEq(creditOf(CUSTOMER), 50 + BOND);
        bytes memory refusal = abi.encodeWithSelector(DisputeCourt.UnknownDispute.selector, orderId);
        VM.expectRevert(refusal);
        court.conclude(orderId);
        VM.expectRevert(refusal);
        court.resolve(orderId, 0, address(0), 0);
    }

    function test_Only_the_arbiter_decides_and_only_the_court_reaches_orders() public {
        uint64 orderId = reported(5);
        open(orderId);
        VM.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, GUARDIAN));
        VM.prank(GUARDIAN);
        court.resolve(orderId, 0, address(0), 0);
        VM.expectRevert(abi.encodeWithSelector(IOrderBook.NotCourt.selector, address(this)));
        book.resolve(orderId, 0);
        VM.expectRevert(abi.encodeWithSelector(IOrderBook.NotCourt.selector, address(this)));
        book.dispute(orderId);
        VM.expectRevert(abi.encodeWithSelector(IOrderBook.BpsOutOfRange.selector, 10_001, 10_000));
        court.resolve(orderId, 10_001, address(0), 0);
        uint64 undisputed = reported(5);
        VM.expectRevert(wrongStatus(undisputed, IOrderBook.Status.Running));
        VM.prank(address(court));
        book.resolve(undisputed, 0);
    }

    function test_The_guardian_stops_the_arbiter_and_not_the_customers() public {
        (uint64 first, uint64 second) = (reported(5), reported(5));
        open(first);
        VM.prank(GUARDIAN);
        court.pause();
        VM.expectRevert(Pausable.EnforcedPause.selector);
        court.resolve(first, 0, address(0), 0);
        open(second);
        VM.warp(DEADLINE);
        court.conclude(first);
        court.unpause();
        court.conclude(second);
        assertEq(creditOf(payoutOf(PROVIDER)), 100);
    }

    function test_The_court_learns_of_the_others_once() public {
        VM.expectRevert(abi.encodeWithSelector(DisputeCourt.OrderBookAlreadySet.selector, address(book)));
        court.setOrderBook(book, providers);
        VM.expectRevert(abi.encodeWithSelector(DisputeCourt.NotDeployer.selector, STRANGER));
        VM.prank(STRANGER);
        court.setOrderBook(book, providers);
        DisputeCourt fresh = new DisputeCourt(vault, address(token), 0, 1, address(this), GUARDIAN);
        VM.expectRevert(DisputeCourt.ZeroAddress.selector);
        fresh.setOrderBook(book, ProviderRegistry(address(0)));
        VM.expectRevert(DisputeCourt.ZeroAddress.selector);
        new DisputeCourt(vault, address(0), 0, 1, address(this), GUARDIAN);
    }

    function testFuzz_A_resolved_order_adds_up(uint64 deposit, uint64 units, uint16 bps) public {
        deposit = uint64(bound(deposit, 7, type(uint64).max));
        bps = uint16(bound(bps, 0, 10_000));
        IOrderBook.Request memory asked = request(deposit, 7, 2);
        asked.disputeWindow = 1 hours;
        uint64 orderId = run(asked);
        report(orderId, 1, units);
        open(orderId);
        court.resolve(orderId, bps, address(0), 0);
        uint256 counted = units < deposit / 7 ? units : deposit / 7;
        uint256 paid = counted * 4 * (10_000 - bps) / 10_000 + counted * 3 * (10_000 - bps) / 10_000;
        IOrderBook.Order memory order = book.getOrder(orderId);
        assertEq(order.paid, paid);
        assertEq(order.refunded, deposit - paid);
        assertEq(creditOf(CUSTOMER) + creditOf(payoutOf(PROVIDER)), uint256(deposit) + BOND);
        assertEq(creditOf(payoutOf(PROVIDER)), paid + (bps == 0 ? BOND : 0));
        assertEq(purseOf(orderId), 0);
    }

    function reported(uint128 units) private returns (uint64 orderId) {
        IOrderBook.Request memory asked = request(100, 10, 1);
        asked.disputeWindow = 1 hours;
        orderId = run(asked);
        report(orderId, 1, units);
    }

    function open(uint64 orderId) private {
        VM.prank(CUSTOMER);
        court.open(orderId, MANIFEST);
    }
}
