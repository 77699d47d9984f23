// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {EscrowVault} from "../src/EscrowVault.sol";
import {BlockingToken} from "./support/BlockingToken.sol";
import {FeeToken} from "./support/FeeToken.sol";
import {Fixture} from "./support/Fixture.sol";
import {ReentrantToken} from "./support/ReentrantToken.sol";

/// @dev Here the test itself is the order book of most vaults.
contract EscrowVaultTest is Fixture {
    address private constant OTHER = address(0x07E8);

    function test_Only_the_order_book_moves_tokens() public {
        VM.expectRevert(abi.encodeWithSelector(EscrowVault.NotOrderBook.selector, address(this)));
        vault.lock(1, CUSTOMER, 1);
        VM.expectRevert(abi.encodeWithSelector(EscrowVault.NotOrderBook.selector, address(this)));
        vault.release(1, CUSTOMER, 1);
    }

    function test_The_order_book_is_named_once_by_the_deployer() public {
        VM.expectRevert(abi.encodeWithSelector(EscrowVault.OrderBookAlreadySet.selector, address(book)));
        vault.setOrderBook(OTHER);
        EscrowVault fresh = new EscrowVault(token);
        VM.expectRevert(abi.encodeWithSelector(EscrowVault.NotDeployer.selector, OTHER));
        VM.prank(OTHER);
        fresh.setOrderBook(OTHER);
        VM.expectRevert(EscrowVault.ZeroAddress.selector);
        fresh.setOrderBook(address(0));
    }

    function test_A_vault_needs_a_token() public {
        VM.expectRevert(EscrowVault.ZeroAddress.selector);
        new EscrowVault(IERC20(address(0)));
    }

    function test_No_more_is_released_than_is_locked() public {
        EscrowVault own = vaultOf(IERC20(address(token)));
        own.lock(1, CUSTOMER, 10);
        own.release(1, PROVIDER, 4);
        VM.expectRevert(abi.encodeWithSelector(EscrowVault.NotLocked.selector, 1, 6, 7));
        own.release(1, PROVIDER, 7);
        assertEq(own.credit(PROVIDER), 4);
        assertEq(own.totalLocked(), 6);
        assertEq(own.totalCredit(), 4);
    }

    function test_An_order_is_locked_for_once() public {
        EscrowVault own = vaultOf(IERC20(address(token)));
        own.lock(1, CUSTOMER, 10);
        VM.expectRevert(abi.encodeWithSelector(EscrowVault.AlreadyLocked.selector, 1));
        own.lock(1, CUSTOMER, 10);
    }

    function test_Credit_is_withdrawn_once() public {
        EscrowVault own = credited(IERC20(address(token)), PROVIDER, 10);
        VM.prank(PROVIDER);
        own.withdraw();
        assertEq(token.balanceOf(PROVIDER), 10);
        assertEq(own.totalCredit(), 0);
        VM.expectRevert(abi.encodeWithSelector(EscrowVault.NothingToWithdraw.selector, PROVIDER));
        VM.prank(PROVIDER);
        own.withdraw();
    }

    function test_Credit_goes_where_its_owner_says() public {
        EscrowVault own = credited(IERC20(address(token)), PROVIDER, 10);
        VM.expectRevert(EscrowVault.ZeroAddress.selector);
        VM.prank(PROVIDER);
        own.withdrawTo(address(0));
        VM.prank(PROVIDER);
        own.withdrawTo(OTHER);
        assertEq(token.balanceOf(OTHER), 10);
    }

    function test_A_token_that_keeps_a_fee_is_refused() public {
        FeeToken fee = new FeeToken();
        fee.mint(CUSTOMER, 100);
        EscrowVault own = vaultOf(fee);
        VM.expectRevert(abi.encodeWithSelector(EscrowVault.ReceivedOtherAmount.selector, 9, 10));
        own.lock(1, CUSTOMER, 10);
    }

    function test_A_payee_whom_the_token_blocks_holds_up_nobody() public {
        BlockingToken blocking = new BlockingToken();
        blocking.mint(CUSTOMER, 100);
        EscrowVault own = vaultOf(blocking);
        own.lock(1, CUSTOMER, 100);
        blocking.refuse(PROVIDER);
        own.release(1, PROVIDER, 60);
        own.release(1, OTHER, 40);

        VM.prank(OTHER);
        own.withdraw();
        assertEq(blocking.balanceOf(OTHER), 40);
        VM.expectRevert(abi.encodeWithSelector(BlockingToken.Blocked.selector, PROVIDER));
        VM.prank(PROVIDER);
        own.withdraw();
        assertEq(own.credit(PROVIDER), 60);
        VM.prank(PROVIDER);
        own.withdrawTo(address(0xF5EE));
        assertEq(blocking.balanceOf(address(0xF5EE)), 60);
    }

    function test_A_token_that_calls_back_withdraws_nothing_twice() public {
        ReentrantToken reentrant = new ReentrantToken();
        reentrant.mint(CUSTOMER, 100);
        EscrowVault own = vaultOf(reentrant);
        own.lock(1, CUSTOMER, 100);
        own.release(1, address(reentrant), 40);

        bytes memory attack = abi.encodeCall(EscrowVault.withdraw, ());
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
        EscrowVault own = vaultOf(reentrant);
        own.lock(1, CUSTOMER, 50);
        own.release(1, address(reentrant), 50);
        reentrant.arm(address(own), abi.encodeCall(EscrowVault.withdraw, ()));

        own.lock(2, CUSTOMER, 50);
        assertEq(reentrant.attempts(), 1);
        assertEq(reentrant.successes(), 0);
        assertEq(own.totalLocked() + own.totalCredit(), reentrant.balanceOf(address(own)));
    }

    function test_A_call_back_is_refused_by_the_guard_itself() public {
        ReentrantToken reentrant = new ReentrantToken();
        reentrant.mint(CUSTOMER, 100);
        EscrowVault own = new EscrowVault(reentrant);
        own.setOrderBook(address(reentrant));
        VM.prank(CUSTOMER);
        reentrant.approve(address(own), 100);
        // The token is its own order book here, so only the guard stands between a release within a lock and its success.
        reentrant.arm(address(own), abi.encodeCall(EscrowVault.release, (1, address(reentrant), 10)));
        VM.prank(address(reentrant));
        own.lock(1, CUSTOMER, 10);
        assertEq(reentrant.attempts(), 1);
        assertEq(reentrant.successes(), 0);
        assertEq(own.locked(1), 10);
    }

    function testFuzz_Locked_and_credited_is_what_the_vault_holds(uint128 deposit, uint128 first) public {
        deposit = uint128(bound(deposit, 1, type(uint128).max));
        first = uint128(bound(first, 0, deposit));
        EscrowVault own = vaultOf(IERC20(address(token)));
        own.lock(1, CUSTOMER, deposit);
        own.release(1, PROVIDER, first);
        own.release(1, CUSTOMER, deposit - first);
        assertEq(own.totalLocked(), 0);
        assertEq(own.totalCredit(), token.balanceOf(address(own)));
    }

    function vaultOf(IERC20 asset) private returns (EscrowVault own) {
        own = new EscrowVault(asset);
        own.setOrderBook(address(this));
        VM.prank(CUSTOMER);
        asset.approve(address(own), type(uint256).max);
    }

    function credited(IERC20 asset, address account, uint128 amount) private returns (EscrowVault own) {
        own = vaultOf(asset);
        own.lock(1, CUSTOMER, amount);
        own.release(1, account, amount);
    }
}
