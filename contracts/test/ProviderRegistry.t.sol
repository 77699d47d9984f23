// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ProviderRegistry} from "../src/ProviderRegistry.sol";
import {Wired} from "../src/Wired.sol";
import {Fixture} from "./support/Fixture.sol";

/// @dev Here the test is the order book and the court of a registry of its own, besides the one of the system.
contract ProviderRegistryTest is Fixture {
    uint128 private constant STAKE = 100 * STAKE_PER_LEASE;

    function test_A_provider_registers_and_changes_what_it_said() public {
        assertEq(providers.payoutOf(PROVIDER), payoutOf(PROVIDER));
        VM.prank(PROVIDER);
        providers.register(OWNER, REPORT);
        ProviderRegistry.Provider memory provider = providers.providerOf(PROVIDER);
        assertEq(provider.payout, OWNER);
        assertEq(provider.metadataHash, REPORT);
        assertEq(provider.staked, STAKE);
        VM.expectRevert(Wired.ZeroAddress.selector);
        VM.prank(PROVIDER);
        providers.register(address(0), REPORT);
    }

    function test_Who_is_not_registered_can_do_nothing() public {
        bytes memory refusal = abi.encodeWithSelector(ProviderRegistry.NotRegistered.selector, STRANGER);
        VM.expectRevert(refusal);
        VM.prank(STRANGER);
        providers.stake(1);
        VM.expectRevert(refusal);
        VM.prank(STRANGER);
        providers.requestUnstake(1);
        VM.expectRevert(refusal);
        VM.prank(STRANGER);
        providers.setNodeKey(NODE, REPORT, MEASUREMENT, START + 1);
        ProviderRegistry own = wired();
        VM.expectRevert(refusal);
        own.lockForLease(STRANGER, NODE, 1);
    }

    function test_Stake_comes_back_after_the_cooldown() public {
        VM.prank(PROVIDER);
        providers.requestUnstake(10);
        VM.warp(START + 1 days);
        VM.prank(PROVIDER);
        providers.requestUnstake(5);
        uint64 available = START + 1 days + COOLDOWN;
        VM.warp(available - 1);
        VM.expectRevert(abi.encodeWithSelector(ProviderRegistry.NotYetAvailable.selector, available, available - 1));
        VM.prank(PROVIDER);
        providers.unstake();
        VM.warp(available);
        VM.prank(PROVIDER);
        providers.unstake();
        assertEq(vault.credit(address(stakeToken), payoutOf(PROVIDER)), 15);
        assertEq(providers.providerOf(PROVIDER).staked, STAKE - 15);
        VM.expectRevert(abi.encodeWithSelector(ProviderRegistry.NothingToUnstake.selector, PROVIDER));
        VM.prank(PROVIDER);
        providers.unstake();
    }

    function test_Locked_stake_cannot_be_unstaked() public {
        run(100, 10);
        VM.expectRevert(
            abi.encodeWithSelector(ProviderRegistry.StakeTooSmall.selector, PROVIDER, STAKE - STAKE_PER_LEASE, STAKE - STAKE_PER_LEASE + 1)
        );
        VM.prank(PROVIDER);
        providers.requestUnstake(STAKE - STAKE_PER_LEASE + 1);
        VM.prank(PROVIDER);
        providers.requestUnstake(STAKE - STAKE_PER_LEASE);
        VM.expectRevert(abi.encodeWithSelector(ProviderRegistry.StakeTooSmall.selector, PROVIDER, 0, 1));
        VM.prank(PROVIDER);
        providers.requestUnstake(1);
        VM.expectRevert(ProviderRegistry.ZeroAmount.selector);
        VM.prank(PROVIDER);
        providers.requestUnstake(0);
    }

    function test_Stake_that_is_asked_for_locks_no_lease() public {
        uint64 orderId = place(100, 10, 1);
        VM.prank(PROVIDER);
        providers.requestUnstake(STAKE - STAKE_PER_LEASE + 1);
        refuseLease(
            orderId,
            0,
            1,
            offerId,
            abi.encodeWithSelector(ProviderRegistry.StakeTooSmall.selector, PROVIDER, STAKE_PER_LEASE - 1, STAKE_PER_LEASE)
        );
    }

    function test_Only_the_order_book_locks_and_only_the_court_slashes() public {
        bytes memory refusal = abi.encodeWithSelector(Wired.NotOrderBook.selector, address(this));
        VM.expectRevert(refusal);
        providers.lockForLease(PROVIDER, NODE, 1);
        VM.expectRevert(refusal);
        providers.unlock(PROVIDER, 1);
        VM.expectRevert(refusal);
        providers.unlockAll(PROVIDER, 1);
        VM.expectRevert(abi.encodeWithSelector(ProviderRegistry.NotCourt.selector, address(this)));
        providers.slash(PROVIDER, 1, 1, STRANGER);
    }

    function test_The_order_book_is_named_once_by_the_deployer() public {
        VM.expectRevert(abi.encodeWithSelector(Wired.OrderBookAlreadySet.selector, address(book)));
        providers.setOrderBook(STRANGER, STRANGER);
        ProviderRegistry fresh = new ProviderRegistry(vault, IERC20(address(stakeToken)), 1, 1, measurements);
        VM.expectRevert(abi.encodeWithSelector(Wired.NotDeployer.selector, STRANGER));
        VM.prank(STRANGER);
        fresh.setOrderBook(STRANGER, STRANGER);
        VM.expectRevert(Wired.ZeroAddress.selector);
        fresh.setOrderBook(STRANGER, address(0));
        VM.expectRevert(Wired.ZeroAddress.selector);
        fresh.setOrderBook(address(0), STRANGER);
    }

    function test_No_more_is_slashed_than_is_locked_for_the_order() public {
        run(100, 10);
        uint64 orderId = run(100, 10);
        VM.expectRevert(
            abi.encodeWithSelector(ProviderRegistry.NotLocked.selector, PROVIDER, orderId, STAKE_PER_LEASE, STAKE_PER_LEASE + 1)
        );
        VM.prank(address(court));
        providers.slash(PROVIDER, orderId, STAKE_PER_LEASE + 1, STRANGER);
        VM.prank(address(court));
        providers.slash(PROVIDER, orderId, 20, STRANGER);
        VM.expectRevert(abi.encodeWithSelector(ProviderRegistry.NotLocked.selector, PROVIDER, orderId, 30, 31));
        VM.prank(address(court));
        providers.slash(PROVIDER, orderId, 31, STRANGER);
        assertEq(vault.credit(address(stakeToken), STRANGER), 20);
        ProviderRegistry.Provider memory provider = providers.providerOf(PROVIDER);
        assertEq(provider.staked, STAKE - 20);
        assertEq(provider.locked, 2 * STAKE_PER_LEASE - 20);
    }

    function test_Unlocking_what_is_not_locked_changes_nothing() public {
        run(100, 10);
        VM.prank(address(book));
        providers.unlock(PROVIDER, 77);
        VM.prank(address(book));
        providers.unlockAll(PROVIDER, 77);
        assertEq(providers.providerOf(PROVIDER).locked, STAKE_PER_LEASE);
    }

    function test_A_node_without_a_good_key_gets_no_lease() public {
        uint64 orderId = place(100, 10, 1);
        VM.prank(PROVIDER);
        providers.revokeNodeKey(NODE);
        refuseLease(orderId, 0, 1, offerId, abi.encodeWithSelector(ProviderRegistry.NodeKeyExpired.selector, PROVIDER, NODE, 0));
        VM.prank(PROVIDER);
        providers.setNodeKey(NODE, REPORT, MEASUREMENT, START + 100);
        VM.warp(START + 100);
        refuseLease(orderId, 0, 1, offerId, abi.encodeWithSelector(ProviderRegistry.NodeKeyExpired.selector, PROVIDER, NODE, START + 100));
        VM.warp(START + 99);
        assign(orderId, 0, 1, offerId);
    }

    function test_A_node_key_is_set_for_a_limited_time_and_an_active_measurement() public {
        uint64 latest = START + 90 days;
        VM.expectRevert(abi.encodeWithSelector(ProviderRegistry.KeyLifeOutOfRange.selector, latest + 1, latest));
        VM.prank(PROVIDER);
        providers.setNodeKey(NODE, REPORT, MEASUREMENT, latest + 1);
        VM.expectRevert(abi.encodeWithSelector(ProviderRegistry.KeyLifeOutOfRange.selector, START, latest));
        VM.prank(PROVIDER);
        providers.setNodeKey(NODE, REPORT, MEASUREMENT, START);
        VM.expectRevert(abi.encodeWithSelector(ProviderRegistry.MeasurementNotActive.selector, REPORT));
        VM.prank(PROVIDER);
        providers.setNodeKey(NODE, REPORT, REPORT, latest);
        VM.prank(PROVIDER);
        providers.setNodeKey(NODE, REPORT, MEASUREMENT, latest);
        ProviderRegistry.NodeKey memory key = providers.nodeKey(PROVIDER, NODE);
        assertEq(key.keyHash, REPORT);
        assertEq(key.measurement, MEASUREMENT);
        assertEq(key.expiresAt, latest);
    }

    function test_A_node_whose_measurement_was_revoked_gets_no_lease() public {
        bytes32 nodes = keccak256("the nodes' own measurement");
        measurements.propose(nodes, measurements.measurementOf(MEASUREMENT).platform, REPORT, START + 1 days);
        VM.prank(PROVIDER);
        providers.setNodeKey(NODE, REPORT, nodes, START + 1 days);
        measurements.revoke(nodes);
        refuseLease(place(100, 10, 1), 0, 1, offerId, abi.encodeWithSelector(ProviderRegistry.MeasurementNotActive.selector, nodes));
    }

    function test_Where_leases_need_no_stake_none_is_locked() public {
        ProviderRegistry free = new ProviderRegistry(vault, IERC20(address(stakeToken)), 0, 1, measurements);
        free.setOrderBook(address(this), address(this));
        VM.prank(STRANGER);
        free.register(STRANGER, 0);
        VM.prank(STRANGER);
        free.setNodeKey(NODE, REPORT, MEASUREMENT, START + 1);
        free.lockForLease(STRANGER, NODE, 1);
        assertEq(free.lockedFor(STRANGER, 1), 0);
        free.unlock(STRANGER, 1);
        free.unlockAll(STRANGER, 1);
    }

    function wired() private returns (ProviderRegistry own) {
        own = new ProviderRegistry(vault, IERC20(address(stakeToken)), STAKE_PER_LEASE, COOLDOWN, measurements);
        own.setOrderBook(address(this), address(this));
    }
}
