// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {DisputeCourt} from "../../src/DisputeCourt.sol";
import {EscrowVault} from "../../src/EscrowVault.sol";
import {IOrderBook} from "../../src/IOrderBook.sol";
import {MeasurementRegistry} from "../../src/MeasurementRegistry.sol";
import {OrderBook} from "../../src/OrderBook.sol";
import {TestUsdt} from "../../src/development/TestUsdt.sol";
import {SwarmModel} from "./SwarmModel.sol";

/// @dev What the fuzzer calls: each function picks an order for which its act is legal, or does nothing; what must be refused is tried too.
abstract contract SwarmHandler is SwarmModel {
    uint64 private constant MAX_ORDERS = 14;

    /// @dev How often something was accepted that must not be.
    uint256 internal wronglyAccepted;
    uint256 private proposed;
    bytes32 internal measurement = MEASUREMENT;

    /// @dev An order with a lease in every slot, so that more of what follows finds something to do.
    function launch(uint256 seed, uint128 deposit, uint128 price, uint8 slots) external {
        uint64 orderId = placeSome(seed, deposit, price, slots);
        if (orderId == 0) return;
        for (uint8 slot; slot < ghosts[orderId].slots; slot++) {
            assignSome(orderId, slot, 1, operators[addmod(seed, slot, 3)]);
        }
    }

    function place(uint256 seed, uint128 deposit, uint128 price, uint8 slots) external {
        placeSome(seed, deposit, price, slots);
    }

    function placeSub(uint256 seed, uint128 deposit) external {
        uint64 parent = pick(seed, isExtendable);
        Ghost storage ghost = ghosts[parent];
        if (parent == 0 || !isExtendable(parent) || ghost.parent != 0 || book.paused() || ghost.endsAt <= block.timestamp) return;
        uint256 free = ghost.deposit - ghost.drawn - uint256(ghost.units) * ghost.price;
        Ghost memory child;
        (child.customer, child.parent, child.endsAt) = (ghost.customer, parent, ghost.endsAt);
        (child.price, child.slots, child.window) = (5, uint8(seed % 2) + 1, ghost.window);
        IOrderBook.Request memory asked = requestOf(child);
        asked.deposit = uint128(free) + 1;
        attempt(ghost.customer, address(book), abi.encodeCall(OrderBook.placeSubOrder, (parent, asked, noAssets())));
        if (free < 5 || placed == MAX_ORDERS) return;
        child.deposit = uint128(bound(deposit, 5, free));
        placeChild(parent, child);
        for (uint8 slot; slot < child.slots; slot++) {
            assignSome(placed, slot, 1, operators[seed % 3]);
        }
    }

    function addDeposit(uint256 seed, uint64 amount, uint256 who) external {
        uint64 orderId = pick(seed, isExtendable);
        Ghost storage ghost = ghosts[orderId];
        address from = customers[who % 3];
        amount = uint64(bound(amount, 1, 1e15));
        bool legal = isExtendable(orderId) && ghost.parent == 0;
        if (orderId == 0 || !legal) return attempt(from, address(book), abi.encodeCall(OrderBook.addDeposit, (orderId, amount)));
        VM.prank(from);
        book.addDeposit(orderId, amount);
        ghost.deposit += amount;
        purses[orderId] += amount;
        moneyIn += amount;
    }

    function assign(uint256 seed, uint8 slot, uint32 step, uint256 who) external {
        uint64 orderId = pick(seed, isServing);
        if (orderId == 0) return;
        assignSome(orderId, uint8(bound(slot, 0, ghosts[orderId].slots - 1)), uint32(bound(step, 1, 5)), operators[who % 3]);
    }

    function checkpoint(uint256 seed, uint128 units, bool batched) external {
        uint64 orderId = pick(seed, isCounting);
        Ghost storage ghost = ghosts[orderId];
        GhostLease storage head = ghostLeases[orderId][0];
        if (orderId == 0 || head.epoch == 0) return;
        units = someUnits(ghost, units);
        attempt(STRANGER, address(book), abi.encodeCall(OrderBook.checkpoint, (point(orderId, head.epoch - 1, units))));
        uint256 total = totalOf(ghost, head.from, units);
        IOrderBook.Checkpoint memory c = point(orderId, head.epoch, units);
        bool counts = isCounting(orderId) && total > ghost.units;
        if (!counts) attempt(STRANGER, address(book), abi.encodeCall(OrderBook.checkpoint, (c)));
        if (batched) {
            IOrderBook.Checkpoint[] memory batch = new IOrderBook.Checkpoint[](2);
            (batch[0], batch[1]) = (c, point(orderId, head.epoch, units / 2));
            book.checkpointBatch(batch);
        } else if (counts) {
            book.checkpoint(c);
        }
        if (counts) ghost.units = uint128(total);
    }

    function report(uint256 seed, uint128 units) external {
        uint64 orderId = pick(seed, isCounting);
        Ghost storage ghost = ghosts[orderId];
        GhostLease storage head = ghostLeases[orderId][0];
        if (orderId == 0 || head.epoch == 0) return;
        units = someUnits(ghost, units);
        attempt(STRANGER, address(book), reportCall(orderId, head.epoch - 1, units));
        if (isCounting(orderId)) {
            send(STRANGER, address(book), reportCall(orderId, head.epoch, units));
            uint256 total = totalOf(ghost, head.from, units);
            if (total > ghost.units) ghost.units = uint128(total);
            ghost.reported = true;
            ghost.reportedAt = uint64(block.timestamp);
        }
        attempt(STRANGER, address(book), reportCall(orderId, head.epoch, units));
    }

    function close(uint256 seed) external {
        // Seldom, so that more orders live on.
        if (seed % 3 != 0) return;
        uint64 orderId = pick(seed / 3, isServing);
        Ghost storage ghost = ghosts[orderId];
        bytes memory call = abi.encodeCall(OrderBook.closeOrder, (orderId));
        attempt(STRANGER, address(book), call);
        if (ghost.status == IOrderBook.Status.Open && ghost.open == 0) {
            send(ghost.customer, address(book), call);
            expectEnd(orderId, IOrderBook.Status.Cancelled, 0);
        } else if (ghost.status == IOrderBook.Status.Running) {
            send(ghost.customer, address(book), call);
            ghost.status = IOrderBook.Status.Closing;
            if (ghost.endsAt > block.timestamp + 1 hours) ghost.endsAt = uint64(block.timestamp + 1 hours);
        } else {
            attempt(ghost.customer, address(book), call);
        }
    }

    function settle(uint256 seed, bool byCustomer) external {
        uint64 orderId = pick(seed, isSettleable);
        Ghost storage ghost = ghosts[orderId];
        address sender = byCustomer ? ghost.customer : STRANGER;
        bytes memory call = abi.encodeCall(OrderBook.settle, (orderId));
        bool due = byCustomer || block.timestamp >= ghost.reportedAt + ghost.window;
        if (!isSettleable(orderId) || !due) return attempt(sender, address(book), call);
        send(sender, address(book), call);
        expectEnd(orderId, IOrderBook.Status.Completed, 0);
        attempt(sender, address(book), call);
    }

    function expire(uint256 seed) external {
        uint64 orderId = pick(seed, isExpirable);
        Ghost storage ghost = ghosts[orderId];
        bytes memory call = abi.encodeCall(OrderBook.expire, (orderId));
        // Now and then its time comes, and with it that of others.
        if (isExpirable(orderId) && block.timestamp < ghost.endsAt && seed % 5 == 0) VM.warp(ghost.endsAt);
        if (!isExpirable(orderId) || block.timestamp < ghost.endsAt) return attempt(STRANGER, address(book), call);
        send(STRANGER, address(book), call);
        expectEnd(orderId, IOrderBook.Status.Expired, 0);
        attempt(STRANGER, address(book), call);
    }

    function dispute(uint256 seed) external {
        uint64 orderId = pick(seed, isReported);
        Ghost storage ghost = ghosts[orderId];
        bytes memory call = abi.encodeCall(DisputeCourt.open, (orderId, NODE));
        bool legal = isReported(orderId) && block.timestamp < ghost.reportedAt + ghost.window;
        if (!legal) return attempt(ghost.customer, address(court), call);
        attempt(STRANGER, address(court), call);
        send(ghost.customer, address(court), call);
        ghost.status = IOrderBook.Status.Disputed;
        ghost.decideUntil = uint64(block.timestamp) + DECIDE_WITHIN;
        bonds[orderId] = BOND;
        moneyIn += BOND;
    }

    function resolve(uint256 seed, uint16 bps, uint256 who, uint128 slash) external {
        uint64 orderId = pick(seed, isDisputed);
        Ghost storage ghost = ghosts[orderId];
        bps = uint16(bound(bps, 0, 10_000));
        address operator = operators[who % 3];
        uint256 held = lockedFor[operator][orderId];
        attempt(address(this), address(court), abi.encodeCall(DisputeCourt.resolve, (orderId, bps, operator, uint128(held) + 1)));
        slash = uint128(bound(slash, 0, held));
        bytes memory call = abi.encodeCall(DisputeCourt.resolve, (orderId, bps, operator, slash));
        attempt(STRANGER, address(court), call);
        bool legal = isDisputed(orderId) && block.timestamp < ghost.decideUntil;
        if (!legal) return attempt(address(this), address(court), call);
        send(address(this), address(court), call);
        expectSlash(orderId, operator, slash);
        expectBond(orderId, bps != 0 ? ghost.customer : payoutOf(ghostLeases[orderId][0].provider));
        expectEnd(orderId, IOrderBook.Status.Completed, bps);
    }

    function conclude(uint256 seed) external {
        uint64 orderId = pick(seed, isDisputed);
        Ghost storage ghost = ghosts[orderId];
        bytes memory call = abi.encodeCall(DisputeCourt.conclude, (orderId));
        if (isDisputed(orderId) && block.timestamp < ghost.decideUntil && seed % 3 == 0) VM.warp(ghost.decideUntil);
        bool legal = isDisputed(orderId) && block.timestamp >= ghost.decideUntil;
        if (!legal) return attempt(STRANGER, address(court), call);
        send(STRANGER, address(court), call);
        expectBond(orderId, ghost.customer);
        expectEnd(orderId, IOrderBook.Status.Completed, 0);
    }

    function stake(uint256 who, uint64 amount) external {
        address operator = operators[who % 3];
        amount = uint64(bound(amount, 1, 6 * STAKE_PER_LEASE));
        VM.prank(operator);
        providers.stake(amount);
        staked[operator] += amount;
        stakeIn += amount;
    }

    function requestUnstake(uint256 who, uint128 amount) external {
        address operator = operators[who % 3];
        uint256 free = staked[operator] - locked[operator] - unstaking[operator];
        attempt(operator, address(providers), abi.encodeCall(providers.requestUnstake, (uint128(free) + 1)));
        if (free == 0) return;
        amount = uint128(bound(amount, 1, free));
        VM.prank(operator);
        providers.requestUnstake(amount);
        unstaking[operator] += amount;
        unstakeAt[operator] = block.timestamp + COOLDOWN;
    }

    function unstake(uint256 who) external {
        address operator = operators[who % 3];
        bytes memory call = abi.encodeCall(providers.unstake, ());
        if (unstaking[operator] != 0 && block.timestamp < unstakeAt[operator] && who % 2 == 0) VM.warp(unstakeAt[operator]);
        if (unstaking[operator] == 0 || block.timestamp < unstakeAt[operator]) return attempt(operator, address(providers), call);
        send(operator, address(providers), call);
        owedStake[payoutOf(operator)] += unstaking[operator];
        staked[operator] -= unstaking[operator];
        unstaking[operator] = 0;
        attempt(operator, address(providers), call);
    }

    function releaseStake(uint256 seed, uint256 who) external {
        uint64 orderId = pick(seed, isOver);
        address operator = operators[who % 3];
        bytes memory call = abi.encodeCall(OrderBook.releaseStake, (orderId, operator));
        if (!isOver(orderId)) return attempt(STRANGER, address(book), call);
        send(STRANGER, address(book), call);
        unlock(operator, orderId, lockedFor[operator][orderId]);
    }

    function withdraw(uint256 who) external {
        address account = accounts()[who % 7];
        withdrawFrom(token, account);
        withdrawFrom(stakeToken, account);
    }

    function revokeMeasurement(uint256 seed) external {
        if (seed % 4 != 0) return;
        bytes32 revoked = measurement;
        VM.prank(GUARDIAN);
        measurements.revoke(revoked);
        attempt(
            address(this),
            address(measurements),
            abi.encodeCall(measurements.propose, (revoked, MeasurementRegistry.Platform.Tdx, NODE, START + 9999 days))
        );
        uint64 orderId = pick(seed, isServing);
        if (orderId != 0) attempt(STRANGER, address(book), leaseCall(orderId, 0, ghostLeases[orderId][0].epoch + 1, operators[seed % 3]));
        measurement = keccak256(abi.encode(++proposed));
        measurements.propose(measurement, MeasurementRegistry.Platform.Tdx, NODE, START + 9999 days);
        for (uint256 i; i < 3; i++) {
            // Their nodes were measured before: until they are again, they get nothing.
            if (orderId != 0) attempt(STRANGER, address(book), leaseCall(orderId, 0, ghostLeases[orderId][0].epoch + 1, operators[i]));
            attest(operators[i]);
        }
    }

    function pause(uint256 seed) external {
        if (book.paused()) return book.unpause();
        if (seed % 4 != 0) return;
        VM.prank(GUARDIAN);
        book.pause();
    }

    function warp(uint256 time) external {
        VM.warp(block.timestamp + bound(time, 1, time % 4 == 0 ? 4 days : 3 hours));
    }

    /// @dev Everything is ended by a stranger, even while new orders are stopped, and everybody gets everything.
    function finish() internal {
        VM.warp(block.timestamp + 400 days);
        for (uint64 orderId = placed; orderId > 0; orderId--) {
            Ghost storage ghost = ghosts[orderId];
            if (isOver(orderId)) continue;
            VM.prank(STRANGER);
            if (ghost.status == IOrderBook.Status.Disputed) court.conclude(orderId);
            else if (ghost.reported) book.settle(orderId);
            else book.expire(orderId);
            if (bonds[orderId] != 0) expectBond(orderId, ghost.customer);
            expectEnd(orderId, ghost.reported ? IOrderBook.Status.Completed : IOrderBook.Status.Expired, 0);
        }
        for (uint64 orderId = 1; orderId <= placed; orderId++) {
            for (uint256 i; i < 3; i++) {
                VM.prank(STRANGER);
                book.releaseStake(orderId, operators[i]);
                unlock(operators[i], orderId, lockedFor[operators[i]][orderId]);
            }
        }
        address[7] memory all = accounts();
        for (uint256 i; i < 7; i++) {
            withdrawFrom(token, all[i]);
            withdrawFrom(stakeToken, all[i]);
        }
    }

    function accounts() internal view returns (address[7] memory) {
        return
            [customers[0], customers[1], customers[2], payoutOf(operators[0]), payoutOf(operators[1]), payoutOf(operators[2]), ASSET_OWNER];
    }

    function placeChild(uint64 parent, Ghost memory child) private {
        VM.prank(child.customer);
        uint64 orderId = book.placeSubOrder(parent, requestOf(child), noAssets());
        assertEq(orderId, expectPlaced(child));
    }

    function placeSome(uint256 seed, uint128 deposit, uint128 price, uint8 slots) private returns (uint64 orderId) {
        Ghost memory ghost;
        ghost.customer = customers[seed % 3];
        ghost.deposit = uint128(bound(deposit, modelPrice, 1e18));
        bool withModel = seed % 5 < 2;
        ghost.price = uint128(bound(price, withModel ? modelPrice : 0, seed % 7 < 3 ? ghost.deposit : 20));
        if (ghost.price > ghost.deposit) ghost.price = ghost.deposit;
        ghost.assetPrice = withModel ? modelPrice : 0;
        ghost.slots = uint8(bound(slots, 1, 3));
        ghost.window = seed % 11 < 6 ? 12 hours : 0;
        ghost.rate = seed % 13 < 3 ? uint32(seed % 1000) + 1 : 0;
        ghost.endsAt = uint64(block.timestamp) + uint64(bound(seed, 1 hours, 4 days));
        IOrderBook.AssetUse[] memory uses = new IOrderBook.AssetUse[](withModel ? 1 : 0);
        if (withModel) uses[0] = IOrderBook.AssetUse({offerId: modelOffer, version: 1});
        if (book.paused()) {
            attempt(ghost.customer, address(book), abi.encodeCall(OrderBook.placeOrder, (requestOf(ghost), uses)));
        } else if (placed < MAX_ORDERS) {
            VM.prank(ghost.customer);
            orderId = book.placeOrder(requestOf(ghost), uses);
            assertEq(orderId, expectPlaced(ghost));
        }
    }

    function assignSome(uint64 orderId, uint8 slot, uint32 step, address operator) private {
        uint32 current = ghostLeases[orderId][slot].epoch;
        if (providers.nodeKey(operator, NODE).expiresAt <= block.timestamp) {
            attempt(STRANGER, address(book), leaseCall(orderId, slot, current + step, operator));
            attest(operator);
        }
        bytes memory call = leaseCall(orderId, slot, current + step, operator);
        bool legal = isServing(orderId) && !book.paused() && canLease(orderId, slot, operator);
        if (!legal) return attempt(STRANGER, address(book), call);
        attempt(STRANGER, address(book), leaseCall(orderId, slot, current, operator));
        send(STRANGER, address(book), call);
        expectLease(orderId, slot, current + step, operator);
        attempt(STRANGER, address(book), call);
    }

    function attest(address operator) private {
        VM.prank(operator);
        providers.setNodeKey(NODE, NODE, measurement, uint64(block.timestamp) + 30 days);
    }

    function withdrawFrom(TestUsdt what, address account) private {
        mapping(address => uint256) storage due = what == token ? owed : owedStake;
        bytes memory call = abi.encodeCall(EscrowVault.withdraw, (address(what)));
        uint256 before = what.balanceOf(account);
        if (due[account] != 0) send(account, address(vault), call);
        assertEq(what.balanceOf(account), before + due[account]);
        if (what == token) moneyOut += due[account];
        else stakeOut += due[account];
        due[account] = 0;
        attempt(account, address(vault), call);
    }

    function send(address sender, address target, bytes memory call) private {
        VM.prank(sender);
        (bool success, bytes memory answer) = target.call(call);
        if (!success) {
            assembly ("memory-safe") {
                revert(add(answer, 0x20), mload(answer))
            }
        }
    }

    /// @dev Something that must be refused.
    function attempt(address sender, address target, bytes memory call) private {
        VM.prank(sender);
        (bool success,) = target.call(call);
        if (success) wronglyAccepted++;
    }

    function someUnits(Ghost storage ghost, uint128 units) private view returns (uint128) {
        // From nothing to twice what the deposit pays for.
        return ghost.price == 0 ? units : uint128(bound(units, 0, 2 * (ghost.deposit / ghost.price)));
    }

    /// @dev One of the orders, or 0 if there is none: mostly one that fits, if any does.
    function pick(uint256 seed, function(uint64) view returns (bool) fits) private view returns (uint64 orderId) {
        if (placed == 0) return 0;
        for (uint64 i; i < placed; i++) {
            orderId = uint64((seed % placed + i) % placed) + 1;
            if (seed % 8 == 0 || fits(orderId)) return orderId;
        }
    }

    function requestOf(Ghost memory ghost) private view returns (IOrderBook.Request memory) {
        return IOrderBook.Request({
            externalId: 0,
            manifestHash: MANIFEST,
            token: address(token),
            deposit: ghost.deposit,
            unitPrice: ghost.price,
            slots: ghost.slots,
            authorityKeyHash: authorityKeyHash,
            endsAt: ghost.endsAt,
            disputeWindow: ghost.window,
            unitsPerSecondMax: ghost.rate,
            callback: address(0)
        });
    }

    function point(uint64 orderId, uint32 epoch, uint128 units) private view returns (IOrderBook.Checkpoint memory) {
        return
            IOrderBook.Checkpoint({
                orderId: orderId, epoch: epoch, units: units, key: sign(KEY, book.checkpointDigest(orderId, epoch, units))
            });
    }

    function reportCall(uint64 orderId, uint32 epoch, uint128 units) private view returns (bytes memory) {
        IOrderBook.KeySignature memory key = sign(KEY, book.reportDigest(orderId, epoch, MANIFEST, units));
        return abi.encodeCall(OrderBook.submitReport, (orderId, epoch, MANIFEST, units, key));
    }

    function leaseCall(uint64 orderId, uint8 slot, uint32 epoch, address operator) private view returns (bytes memory) {
        (uint256 x, uint256 y) = VM.publicKeyP256(KEY);
        bytes32 digest = book.leaseDigest(orderId, slot, epoch, offerOf[operator], measurement, keyHashOf(KEY));
        IOrderBook.KeySignature memory authority = sign(AUTHORITY, digest);
        return
            abi.encodeCall(OrderBook.assignLease, (orderId, slot, epoch, offerOf[operator], measurement, bytes32(x), bytes32(y), authority));
    }
}
