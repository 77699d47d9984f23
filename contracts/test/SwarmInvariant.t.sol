// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IOrderBook} from "../src/IOrderBook.sol";
import {ProviderRegistry} from "../src/ProviderRegistry.sol";
import {SwarmHandler} from "./support/SwarmHandler.sol";

/// @dev What holds whatever is called in whatever order. Liabilities are those of the model, order by order and account by account: a total
/// that the contracts keep wrongly on both sides would agree with itself. The test is its own handler.
/// forge-config: default.evm_version = "osaka"
contract SwarmInvariantTest is SwarmHandler {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function setUp() public {
        prepare();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(this);
    }

    function targetSelectors() public view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        bytes4[] memory selectors = new bytes4[](21);
        selectors[0] = this.launch.selector;
        selectors[1] = this.place.selector;
        selectors[2] = this.placeSub.selector;
        selectors[3] = this.addDeposit.selector;
        selectors[4] = this.assign.selector;
        selectors[5] = this.checkpoint.selector;
        selectors[6] = this.report.selector;
        selectors[7] = this.close.selector;
        selectors[8] = this.settle.selector;
        selectors[9] = this.expire.selector;
        selectors[10] = this.dispute.selector;
        selectors[11] = this.resolve.selector;
        selectors[12] = this.conclude.selector;
        selectors[13] = this.stake.selector;
        selectors[14] = this.requestUnstake.selector;
        selectors[15] = this.unstake.selector;
        selectors[16] = this.releaseStake.selector;
        selectors[17] = this.withdraw.selector;
        selectors[18] = this.revokeMeasurement.selector;
        selectors[19] = this.warp.selector;
        selectors[20] = this.pause.selector;
        targets[0] = FuzzSelector({addr: address(this), selectors: selectors});
    }

    /// @dev Not just any: the fuzzer would also call as the handler itself, and reach what only that may call.
    function targetSenders() public pure returns (address[] memory senders) {
        senders = new address[](1);
        senders[0] = address(0x5E4D);
    }

    /// @dev Every live order has a way to its end that needs nobody in particular, and then everything is paid out.
    function afterInvariant() public {
        finish();
        checkVault();
        checkOrders();
        checkProviders();
        for (uint64 orderId = 1; orderId <= placed; orderId++) {
            assertTrue(isOver(orderId), "terminal");
        }
        assertEq(token.balanceOf(address(vault)), 0);
        assertEq(moneyIn, moneyOut);
        for (uint256 i; i < 3; i++) {
            assertEq(providers.providerOf(operators[i]).locked, 0);
        }
        assertEq(wronglyAccepted, 0);
    }

    function invariant_The_vault_holds_what_it_owes() public view {
        checkVault();
    }

    function invariant_Orders_are_what_they_were_asked_to_be() public view {
        checkOrders();
    }

    function invariant_Stakes_and_capacity_are_those_of_live_leases() public view {
        checkProviders();
    }

    function invariant_Nothing_stale_or_repeated_or_stopped_was_accepted() public view {
        assertEq(wronglyAccepted, 0);
    }

    function checkVault() private view {
        uint256 held;
        for (uint64 orderId = 1; orderId <= placed; orderId++) {
            (, uint128 purse) = vault.purse(address(book), bytes32(uint256(orderId)));
            (, uint128 bond) = vault.purse(address(court), bytes32(uint256(orderId)));
            assertEq(purse, purses[orderId]);
            assertEq(bond, bonds[orderId]);
            held += purses[orderId] + bonds[orderId];
        }
        uint256 credited;
        uint256 creditedStake;
        address[7] memory all = accounts();
        for (uint256 i; i < 7; i++) {
            assertEq(vault.credit(address(token), all[i]), owed[all[i]]);
            assertEq(vault.credit(address(stakeToken), all[i]), owedStake[all[i]]);
            credited += owed[all[i]];
            creditedStake += owedStake[all[i]];
        }
        uint256 heldStake = staked[operators[0]] + staked[operators[1]] + staked[operators[2]];
        assertEq(vault.totalLocked(address(token)), held);
        assertEq(vault.totalCredit(address(token)), credited);
        assertEq(token.balanceOf(address(vault)), held + credited);
        assertEq(moneyIn, moneyOut + held + credited);
        assertEq(vault.totalLocked(address(stakeToken)), heldStake);
        assertEq(vault.totalCredit(address(stakeToken)), creditedStake);
        assertEq(stakeToken.balanceOf(address(vault)), heldStake + creditedStake);
        assertEq(stakeIn, stakeOut + heldStake + creditedStake);
    }

    function checkOrders() private view {
        assertEq(book.orderCount(), placed);
        for (uint64 orderId = 1; orderId <= placed; orderId++) {
            IOrderBook.Order memory order = book.getOrder(orderId);
            Ghost storage ghost = ghosts[orderId];
            assertEq(uint256(order.status), uint256(ghost.status));
            assertEq(order.deposit, ghost.deposit);
            assertEq(order.drawn, ghost.drawn);
            assertEq(order.units, ghost.units);
            assertEq(order.paid, ghost.paid);
            assertEq(order.refunded, ghost.refunded);
            assertEq(order.leasedSlots, ghost.leased);
            assertEq(order.endsAt, ghost.endsAt);
            assertTrue(uint256(order.units) * order.unitPrice + order.drawn <= order.deposit, "no more is earned than is there");
            if (isOver(orderId)) assertEq(uint256(order.paid) + order.refunded + order.drawn, order.deposit);
            assertEq(order.openChildren, liveChildren(orderId));
            for (uint8 slot; slot < ghost.slots; slot++) {
                IOrderBook.Lease memory lease = book.getLease(orderId, slot);
                assertEq(lease.epoch, ghostLeases[orderId][slot].epoch);
                assertEq(lease.provider, ghostLeases[orderId][slot].provider);
                assertEq(lease.fromUnits, ghostLeases[orderId][slot].from);
            }
        }
    }

    function checkProviders() private view {
        for (uint256 i; i < 3; i++) {
            address operator = operators[i];
            ProviderRegistry.Provider memory provider = providers.providerOf(operator);
            assertEq(provider.staked, staked[operator]);
            assertEq(provider.locked, locked[operator]);
            assertEq(provider.unstaking, unstaking[operator]);
            assertTrue(locked[operator] + unstaking[operator] <= staked[operator], "what is locked is staked");
            uint256 leases;
            for (uint64 orderId = 1; orderId <= placed; orderId++) {
                assertEq(providers.lockedFor(operator, orderId), lockedFor[operator][orderId]);
                for (uint8 slot; slot < 3 && !isOver(orderId); slot++) {
                    if (ghostLeases[orderId][slot].provider == operator) leases++;
                }
            }
            assertEq(offers.offerOf(offerOf[operator]).used, leases);
        }
    }

    function liveChildren(uint64 parent) private view returns (uint256 live) {
        for (uint64 orderId = parent + 1; orderId <= placed; orderId++) {
            if (ghosts[orderId].parent == parent && !isOver(orderId)) live++;
        }
    }
}
