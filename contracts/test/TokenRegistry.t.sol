// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Guarded} from "../src/Guarded.sol";
import {TokenRegistry} from "../src/TokenRegistry.sol";
import {Fixture} from "./support/Fixture.sol";

contract TokenRegistryTest is Fixture {
    TokenRegistry private slow;

    function setUp() public override {
        super.setUp();
        slow = new TokenRegistry(address(this), GUARDIAN, 2 days);
    }

    function test_A_token_is_accepted_after_the_delay() public {
        slow.propose(address(token), 5);
        TokenRegistry.Token memory known = slow.tokenOf(address(token));
        assertEq(known.decimals, 18);
        assertEq(known.minDeposit, 5);
        assertEq(known.activeFrom, block.timestamp + 2 days);
        VM.warp(START + 2 days - 1);
        assertTrue(!slow.isAccepted(address(token)), "not before");
        VM.expectRevert(abi.encodeWithSelector(TokenRegistry.TokenNotAccepted.selector, address(token)));
        slow.minDepositOf(address(token));
        VM.warp(START + 2 days);
        assertTrue(slow.isAccepted(address(token)), "from then on");
        assertEq(slow.minDepositOf(address(token)), 5);
    }

    function test_The_guardian_disables_at_once_and_cannot_propose() public {
        VM.prank(GUARDIAN);
        tokens.disable(address(token));
        assertTrue(!tokens.isAccepted(address(token)), "disabled");
        VM.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, GUARDIAN));
        VM.prank(GUARDIAN);
        tokens.propose(address(token), 1);
        VM.expectRevert(abi.encodeWithSelector(Guarded.NotGuardian.selector, STRANGER));
        VM.prank(STRANGER);
        tokens.disable(address(token));
    }

    function test_A_disabled_token_comes_back_by_the_delay_only() public {
        slow.propose(address(token), 1);
        VM.warp(START + 2 days);
        slow.disable(address(token));
        slow.propose(address(token), 1);
        assertTrue(!slow.isAccepted(address(token)), "delay");
        VM.warp(START + 4 days);
        assertTrue(slow.isAccepted(address(token)), "again");
    }

    function test_What_was_never_proposed_is_not_accepted() public {
        assertTrue(!tokens.isAccepted(STRANGER), "unknown");
        VM.expectRevert(abi.encodeWithSelector(TokenRegistry.UnknownToken.selector, STRANGER));
        tokens.disable(STRANGER);
        VM.expectRevert(TokenRegistry.ZeroAddress.selector);
        tokens.propose(address(0), 1);
    }

    function test_Only_the_owner_names_the_guardian() public {
        VM.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, GUARDIAN));
        VM.prank(GUARDIAN);
        tokens.setGuardian(STRANGER);
        tokens.setGuardian(STRANGER);
        assertEq(tokens.guardian(), STRANGER);
        VM.prank(STRANGER);
        tokens.disable(address(token));
    }
}
