// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Guarded} from "../src/Guarded.sol";
import {MeasurementRegistry} from "../src/MeasurementRegistry.sol";
import {Fixture} from "./support/Fixture.sol";

contract MeasurementRegistryTest is Fixture {
    bytes32 private constant NEW = keccak256("new");
    bytes32 private constant RELEASE = keccak256("release");
    MeasurementRegistry private slow;

    function setUp() public override {
        super.setUp();
        slow = new MeasurementRegistry(address(this), GUARDIAN, 2 days);
    }

    function test_A_measurement_is_active_from_the_end_of_the_delay_until_its_own() public {
        slow.propose(NEW, MeasurementRegistry.Platform.SevSnp, RELEASE, START + 10 days);
        VM.warp(START + 2 days - 1);
        assertTrue(!slow.isActive(NEW), "delay");
        VM.warp(START + 2 days);
        assertTrue(slow.isActive(NEW), "active");
        VM.warp(START + 10 days - 1);
        assertTrue(slow.isActive(NEW), "still");
        VM.warp(START + 10 days);
        assertTrue(!slow.isActive(NEW), "lapsed");
        slow.propose(NEW, MeasurementRegistry.Platform.SevSnp, RELEASE, START + 20 days);
        assertTrue(!slow.isActive(NEW), "the delay again");
        VM.warp(START + 12 days);
        assertTrue(slow.isActive(NEW), "again");
    }

    function test_The_guardian_revokes_at_once_and_for_ever() public {
        VM.prank(GUARDIAN);
        measurements.revoke(MEASUREMENT);
        assertTrue(!measurements.isActive(MEASUREMENT), "revoked");
        VM.expectRevert(abi.encodeWithSelector(MeasurementRegistry.AlreadyRevoked.selector, MEASUREMENT));
        measurements.propose(MEASUREMENT, MeasurementRegistry.Platform.Tdx, RELEASE, START + 1 days);
        VM.warp(START + 3651 days);
        VM.expectRevert(abi.encodeWithSelector(MeasurementRegistry.AlreadyRevoked.selector, MEASUREMENT));
        measurements.propose(MEASUREMENT, MeasurementRegistry.Platform.Tdx, RELEASE, START + 4000 days);
        VM.expectRevert(abi.encodeWithSelector(MeasurementRegistry.AlreadyRevoked.selector, MEASUREMENT));
        measurements.revoke(MEASUREMENT);
    }

    function test_Only_the_owner_proposes_and_strangers_do_not_revoke() public {
        VM.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, GUARDIAN));
        VM.prank(GUARDIAN);
        measurements.propose(NEW, MeasurementRegistry.Platform.Tdx, RELEASE, START + 1 days);
        VM.expectRevert(abi.encodeWithSelector(Guarded.NotGuardian.selector, STRANGER));
        VM.prank(STRANGER);
        measurements.revoke(MEASUREMENT);
        VM.expectRevert(abi.encodeWithSelector(MeasurementRegistry.UnknownMeasurement.selector, NEW));
        measurements.revoke(NEW);
    }

    function test_Development_is_admitted_on_development_chains_only() public {
        VM.chainId(31337);
        measurements.propose(NEW, MeasurementRegistry.Platform.Development, RELEASE, START + 1 days);
        VM.chainId(56);
        VM.expectRevert(
            abi.encodeWithSelector(MeasurementRegistry.NotOnThisChain.selector, MeasurementRegistry.Platform.Development, uint256(56))
        );
        measurements.propose(RELEASE, MeasurementRegistry.Platform.Development, RELEASE, START + 1 days);
        measurements.propose(RELEASE, MeasurementRegistry.Platform.Gpu, RELEASE, START + 1 days);
        VM.chainId(31337);
    }

    function test_A_measurement_that_would_never_be_valid_is_refused() public {
        VM.expectRevert(abi.encodeWithSelector(MeasurementRegistry.NeverValid.selector, START + 2 days, START + 2 days));
        slow.propose(NEW, MeasurementRegistry.Platform.Tdx, RELEASE, START + 2 days);
        VM.expectRevert(abi.encodeWithSelector(MeasurementRegistry.AlreadyProposed.selector, MEASUREMENT));
        measurements.propose(MEASUREMENT, MeasurementRegistry.Platform.Tdx, RELEASE, START + 4000 days);
    }

    function test_Every_change_counts_the_policy_up_and_orders_remember_it() public {
        assertEq(measurements.policyVersion(), 1);
        measurements.propose(NEW, MeasurementRegistry.Platform.Tdx, RELEASE, START + 1 days);
        VM.expectEmit(address(measurements));
        emit MeasurementRegistry.PolicyChanged(GUARDIAN, 3);
        VM.prank(GUARDIAN);
        measurements.revoke(NEW);
        assertEq(book.getOrder(place(100, 10, 1)).policyVersion, 3);
    }
}
