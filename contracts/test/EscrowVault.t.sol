// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {EscrowVault} from "../src/EscrowVault.sol";
import {BlockingToken} from "./support/BlockingToken.sol";
import {FeeToken} from "./support/FeeToken.sol";
import {Fixture} from "./support/Fixture.sol";
import {ReentrantToken} from "./support/ReentrantToken.sol";

/// @dev Here the test itself is the mover of most vaults.
contract EscrowVaultTest is Fixture {
    address private constant OTHER = address(0x07E8);
    bytes32 private constant PURSE = bytes32(uint256(1));
    bytes32 private constant SECOND = bytes32(uint256(2));

    function test_Only_movers_move_tokens() public {
        bytes memory refusal = abi.encodeWithSelector(EscrowVault.NotMover.selector, address(this));
        VM.expectRevert(refusal);
        vault.lock(PURSE, address(token), CUSTOMER, 1);
        VM.expectRevert(refusal);
        vault.release(PURSE, CUSTOMER, 1);
        VM.expectRevert(refusal);
        vault.transfer(PURSE, SECOND, 1);
    }

    function test_The_movers_are_named_once_by_the_deployer() public {
        address[] memory movers = new address[](1);
        movers[0] = OTHER;
        VM.expectRevert(EscrowVault.MoversAlreadySet.selector);
        vault.setMovers(movers);
        EscrowVault fresh = new EscrowVault();
        VM.expectRevert(abi.encodeWithSelector(EscrowVault.NotDeployer.selector, OTHER));
        VM.prank(OTHER);
        fresh.setMovers(movers);
        movers[0] = address(0);
        VM.expectRevert(EscrowVault.ZeroAddress.selector);
        fresh.setMovers(movers);
        VM.expectRevert(abi.encodeWithSelector(EscrowVault.MoversOutOfRange.selector, 9, 8));
        fresh.setMovers(new address[](9));
        VM.expectRevert(abi.encodeWithSelector(EscrowVault.MoversOutOfRange.selector, 0, 8));
        fresh.setMovers(new address[](0));
    }

    function test_No_more_is_released_than_is_in_the_purse() public {
        EscrowVault own = locked(token, 10);
        own.release(PURSE, PROVIDER, 4);
        VM.expectRevert(abi.encodeWithSelector(EscrowVault.NotLocked.selector, PURSE, 6, 7));
        own.release(PURSE, PROVIDER, 7);
        assertEq(own.credit(address(token), PROVIDER), 4);
        assertEq(own.totalLocked(address(token)), 6);
        assertEq(own.totalCredit(address(token)), 4);
    }

    function test_A_mover_reaches_only_its_own_purses() public {
        EscrowVault own = new EscrowVault();
        address[] memory movers = new address[](2);
        (movers[0], movers[1]) = (address(this), OTHER);
        own.setMovers(movers);
        approve(own, token);
        own.lock(PURSE, address(token), CUSTOMER, 10);
        bytes memory refusal = abi.encodeWithSelector(EscrowVault.NotLocked.selector, PURSE, 0, 1);
        VM.expectRevert(refusal);
        VM.prank(OTHER);
        own.release(PURSE, OTHER, 1);
        VM.expectRevert(refusal);
        VM.prank(OTHER);
        own.transfer(PURSE, SECOND, 1);
    }

    function test_A_purse_holds_one_token() public {
        EscrowVault own = locked(token, 10);
        VM.expectRevert(abi.encodeWithSelector(EscrowVault.OtherToken.selector, address(stakeToken), address(token)));
        own.lock(PURSE, address(stakeToken), CUSTOMER, 1);
        fund(stakeToken, CUSTOMER, 10);
        approve(own, stakeToken);
        own.lock(SECOND, address(stakeToken), CUSTOMER, 1);
        VM.expectRevert(abi.encodeWithSelector(EscrowVault.OtherToken.selector, address(token), address(stakeToken)));
        own.transfer(PURSE, SECOND, 1);
        VM.expectRevert(EscrowVault.ZeroAddress.selector);
        own.lock(bytes32(uint256(3)), address(0), CUSTOMER, 1);
    }

    function test_Tokens_move_between_purses() public {
        EscrowVault own = locked(token, 10);
        own.lock(PURSE, address(token), CUSTOMER, 5);
        own.transfer(PURSE, SECOND, 6);
        VM.expectRevert(abi.encodeWithSelector(EscrowVault.NotLocked.selector, PURSE, 9, 10));
        own.transfer(PURSE, SECOND, 10);
        (address held, uint128 amount) = own.purse(address(this), SECOND);
        assertEq(held, address(token));
        assertEq(amount, 6);
        assertEq(own.totalLocked(address(token)), 15);
    }

    function test_Credit_is_withdrawn_once() public {
        EscrowVault own = credited(token, PROVIDER, 10);
        VM.prank(PROVIDER);
        own.withdraw(address(token));
        assertEq(token.balanceOf(PROVIDER), 10);
        assertEq(own.totalCredit(address(token)), 0);
        VM.expectRevert(abi.encodeWithSelector(EscrowVault.NothingToWithdraw.selector, address(token), PROVIDER));
        VM.prank(PROVIDER);
        own.withdraw(address(token));
    }

    function test_Credit_goes_where_its_owner_says() public {
        EscrowVault own = credited(token, PROVIDER, 10);
        VM.expectRevert(EscrowVault.ZeroAddress.selector);
        VM.prank(PROVIDER);
        own.withdrawTo(address(token), address(0));
        VM.prank(PROVIDER);
        own.withdrawTo(address(token), OTHER);
        assertEq(token.balanceOf(OTHER), 10);
    }

    function test_A_token_that_keeps_a_fee_is_refused() public {
        FeeToken fee = new FeeToken();
        fee.mint(CUSTOMER, 100);
        EscrowVault own = vaultFor(fee);
        VM.expectRevert(abi.encodeWithSelector(EscrowVault.ReceivedOtherAmount.selector, 9, 10));
        own.lock(PURSE, address(fee), CUSTOMER, 10);
    }

    function test_A_payee_whom_the_token_blocks_holds_up_nobody() public {
        BlockingToken blocking = new BlockingToken();
        blocking.mint(CUSTOMER, 100);
        EscrowVault own = vaultFor(blocking);
        own.lock(PURSE, address(blocking), CUSTOMER, 100);
        blocking.refuse(PROVIDER);
        own.release(PURSE, PROVIDER, 60);
        own.release(PURSE, OTHER, 40);

        VM.prank(OTHER);
        own.withdraw(address(blocking));
        assertEq(blocking.balanceOf(OTHER), 40);
        VM.expectRevert(abi.encodeWithSelector(BlockingToken.Blocked.selector, PROVIDER));
        VM.prank(PROVIDER);
        own.withdraw(address(blocking));
        assertEq(own.credit(address(blocking), PROVIDER), 60);
        VM.prank(PROVIDER);
        own.withdrawTo(address(blocking), address(0xF5EE));
        assertEq(blocking.balanceOf(address(0xF5EE)), 60);
    }

    function test_A_token_that_calls_back_withdraws_nothing_twice() public {
        ReentrantToken reentrant = new ReentrantToken();
        reentrant.mint(CUSTOMER, 100);
        EscrowVault own = vaultFor(reentrant);
        own.lock(PURSE, address(reentrant), CUSTOMER, 100);
        own.release(PURSE, address(reentrant), 40);

        bytes memory attack = abi.encodeCall(EscrowVault.withdraw, (address(reentrant)));
        reentrant.arm(address(own), attack);
        reentrant.withdrawFrom(address(own), attack);
        assertEq(reentrant.attempts(), 1);
        assertEq(reentrant.successes(), 0);
        assertEq(reentrant.balanceOf(address(reentrant)), 40);
        assertEq(reentrant.balanceOf(address(own)), 60);
    }

    function test_A_token_that_calls_back_during_a_deposit_gets_nothing() public {
        ReentrantToken reentrant = new ReentrantToken();
        reentrant.mint(CUSTOMER, 100);
        EscrowVault own = vaultFor(reentrant);
        own.lock(PURSE, address(reentrant), CUSTOMER, 50);
        own.release(PURSE, address(reentrant), 50);
        reentrant.arm(address(own), abi.encodeCall(EscrowVault.withdraw, (address(reentrant))));

        own.lock(SECOND, address(reentrant), CUSTOMER, 50);
        assertEq(reentrant.attempts(), 1);
        assertEq(reentrant.successes(), 0);
        assertEq(own.totalLocked(address(reentrant)) + own.totalCredit(address(reentrant)), reentrant.balanceOf(address(own)));
    }

    function test_A_call_back_is_refused_by_the_guard_itself() public {
        ReentrantToken reentrant = new ReentrantToken();
        reentrant.mint(CUSTOMER, 100);
        EscrowVault own = new EscrowVault();
        own.setMovers(only(address(reentrant)));
        approve(own, reentrant);
        // The token is its own mover here, so only the guard stands between a release within a lock and its success.
        reentrant.arm(address(own), abi.encodeCall(EscrowVault.release, (PURSE, address(reentrant), 10)));
        VM.prank(address(reentrant));
        own.lock(PURSE, address(reentrant), CUSTOMER, 10);
        assertEq(reentrant.attempts(), 1);
        assertEq(reentrant.successes(), 0);
        assertEq(own.totalLocked(address(reentrant)), 10);
    }

    function testFuzz_Locked_and_credited_is_what_the_vault_holds(uint128 deposit, uint128 first, uint128 moved) public {
        deposit = uint128(bound(deposit, 1, type(uint128).max));
        first = uint128(bound(first, 0, deposit));
        moved = uint128(bound(moved, 0, deposit - first));
        EscrowVault own = locked(token, deposit);
        own.release(PURSE, PROVIDER, first);
        own.transfer(PURSE, SECOND, moved);
        own.release(SECOND, CUSTOMER, moved);
        (, uint128 left) = own.purse(address(this), PURSE);
        assertEq(left, deposit - first - moved);
        assertEq(own.totalLocked(address(token)), left);
        assertEq(own.credit(address(token), PROVIDER), first);
        assertEq(own.credit(address(token), CUSTOMER), moved);
        assertEq(own.totalCredit(address(token)) + left, token.balanceOf(address(own)));
    }

    function vaultFor(IERC20 asset) private returns (EscrowVault own) {
        own = new EscrowVault();
        own.setMovers(only(address(this)));
        approve(own, asset);
    }

    function approve(EscrowVault own, IERC20 asset) private {
        VM.prank(CUSTOMER);
        asset.approve(address(own), type(uint256).max);
    }

    function locked(IERC20 asset, uint128 amount) private returns (EscrowVault own) {
        own = vaultFor(asset);
        own.lock(PURSE, address(asset), CUSTOMER, amount);
    }

    function credited(IERC20 asset, address account, uint128 amount) private returns (EscrowVault own) {
        own = locked(asset, amount);
        own.release(PURSE, account, amount);
    }

    function only(address mover) private pure returns (address[] memory movers) {
        movers = new address[](1);
        movers[0] = mover;
    }
}
