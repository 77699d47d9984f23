// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IOrderBook} from "../../src/IOrderBook.sol";
import {OfferBook} from "../../src/OfferBook.sol";
import {World} from "./World.sol";

/// @dev What the contracts should come to, kept beside them from what was asked for, and never from what they say.
abstract contract SwarmModel is World {
    struct Ghost {
        address customer;
        uint64 parent;
        uint128 deposit;
        uint128 drawn;
        uint128 price;
        uint128 assetPrice;
        uint128 units;
        uint128 paid;
        uint128 refunded;
        uint64 endsAt;
        uint64 startedAt;
        uint64 reportedAt;
        uint64 decideUntil;
        uint32 window;
        uint32 rate;
        uint8 slots;
        uint8 leased;
        uint8 open;
        bool reported;
        IOrderBook.Status status;
    }

    struct GhostLease {
        address provider;
        uint32 epoch;
        uint128 from;
    }

    uint32 internal constant CAPACITY = 6;
    uint256 internal constant KEY = 0x1EA5E;
    address internal constant ASSET_OWNER = address(0x0A55);
    address internal constant STRANGER = address(0x57AA);
    bytes32 internal constant NODE = keccak256("node");

    address[3] internal customers = [address(0x1001), address(0x1002), address(0x1003)];
    address[3] internal operators = [address(0x2001), address(0x2002), address(0x2003)];
    mapping(address operator => uint64 offerId) internal offerOf;
    uint64 internal modelOffer;
    uint128 internal modelPrice = 3;

    mapping(uint64 orderId => Ghost) internal ghosts;
    mapping(uint64 orderId => mapping(uint8 slot => GhostLease)) internal ghostLeases;
    mapping(uint64 orderId => uint256) internal purses;
    mapping(uint64 orderId => uint256) internal bonds;
    mapping(address account => uint256) internal owed;
    mapping(address account => uint256) internal owedStake;
    mapping(address operator => uint256) internal staked;
    mapping(address operator => uint256) internal locked;
    mapping(address operator => uint256) internal unstaking;
    mapping(address operator => uint256) internal unstakeAt;
    mapping(address operator => mapping(uint64 orderId => uint256)) internal lockedFor;
    mapping(address operator => uint256) internal used;
    uint64 internal placed;
    uint256 internal moneyIn;
    uint256 internal moneyOut;
    uint256 internal stakeIn;
    uint256 internal stakeOut;

    function expectPlaced(Ghost memory ghost) internal returns (uint64 orderId) {
        orderId = ++placed;
        ghost.status = IOrderBook.Status.Open;
        ghosts[orderId] = ghost;
        purses[orderId] = ghost.deposit;
        if (ghost.parent == 0) {
            moneyIn += ghost.deposit;
        } else {
            purses[ghost.parent] -= ghost.deposit;
            ghosts[ghost.parent].drawn += ghost.deposit;
            ghosts[ghost.parent].open++;
        }
    }

    function expectLease(uint64 orderId, uint8 slot, uint32 epoch, address operator) internal {
        Ghost storage ghost = ghosts[orderId];
        GhostLease storage lease = ghostLeases[orderId][slot];
        if (lease.epoch == 0) {
            ghost.leased++;
        } else {
            used[lease.provider]--;
            pay(orderId, payoutOf(lease.provider), slotPrice(ghost, slot) * (ghost.units - lease.from));
            if (ghost.window == 0) unlock(lease.provider, orderId, STAKE_PER_LEASE);
        }
        used[operator]++;
        locked[operator] += STAKE_PER_LEASE;
        lockedFor[operator][orderId] += STAKE_PER_LEASE;
        ghostLeases[orderId][slot] = GhostLease({provider: operator, epoch: epoch, from: ghost.units});
        if (ghost.status == IOrderBook.Status.Open && ghost.leased == ghost.slots) {
            ghost.status = IOrderBook.Status.Running;
            ghost.startedAt = uint64(block.timestamp);
        }
    }

    function expectEnd(uint64 orderId, IOrderBook.Status status, uint256 customerBps) internal {
        Ghost storage ghost = ghosts[orderId];
        uint256 keep = 10_000 - customerBps;
        pay(orderId, ASSET_OWNER, uint256(ghost.assetPrice) * ghost.units * keep / 10_000);
        for (uint8 slot; slot < ghost.slots; slot++) {
            GhostLease storage lease = ghostLeases[orderId][slot];
            if (lease.epoch == 0) continue;
            pay(orderId, payoutOf(lease.provider), slotPrice(ghost, slot) * (ghost.units - lease.from) * keep / 10_000);
            used[lease.provider]--;
            unlock(lease.provider, orderId, lockedFor[lease.provider][orderId]);
        }
        ghost.status = status;
        uint256 rest = purses[orderId];
        ghost.refunded = uint128(rest);
        purses[orderId] = 0;
        if (ghost.parent == 0) {
            owed[ghost.customer] += rest;
        } else {
            purses[ghost.parent] += rest;
            ghosts[ghost.parent].drawn -= uint128(rest);
            ghosts[ghost.parent].open--;
        }
    }

    function expectSlash(uint64 orderId, address operator, uint256 amount) internal {
        unlock(operator, orderId, amount);
        staked[operator] -= amount;
        owedStake[ghosts[orderId].customer] += amount;
    }

    function expectBond(uint64 orderId, address to) internal {
        owed[to] += bonds[orderId];
        bonds[orderId] = 0;
    }

    function unlock(address operator, uint64 orderId, uint256 amount) internal {
        locked[operator] -= amount;
        lockedFor[operator][orderId] -= amount;
    }

    function pay(uint64 orderId, address to, uint256 amount) internal {
        purses[orderId] -= amount;
        ghosts[orderId].paid += uint128(amount);
        owed[to] += amount;
    }

    /// @dev What a lease that began at `from` and served `units` brings the order to.
    function totalOf(Ghost storage ghost, uint256 from, uint256 units) internal view returns (uint256 total) {
        total = from + units;
        if (ghost.price != 0 && total > (ghost.deposit - ghost.drawn) / ghost.price) total = (ghost.deposit - ghost.drawn) / ghost.price;
        if (ghost.rate != 0 && total > ghost.rate * (block.timestamp - ghost.startedAt)) {
            total = ghost.rate * (block.timestamp - ghost.startedAt);
        }
        if (total > type(uint128).max) total = type(uint128).max;
    }

    function slotPrice(Ghost storage ghost, uint8 slot) internal view returns (uint256) {
        uint256 compute = ghost.price - ghost.assetPrice;
        return slot != 0 ? compute / ghost.slots : compute - (compute / ghost.slots) * (ghost.slots - 1);
    }

    /// @dev Whether an operator has a place and stake for a lease in this slot, once the lease before is gone.
    function canLease(uint64 orderId, uint8 slot, address operator) internal view returns (bool) {
        bool own = ghostLeases[orderId][slot].provider == operator;
        uint256 free = staked[operator] - locked[operator] - unstaking[operator];
        if (own && ghosts[orderId].window == 0) free += STAKE_PER_LEASE;
        return used[operator] - (own ? 1 : 0) < CAPACITY && free >= STAKE_PER_LEASE;
    }

    function isOver(uint64 orderId) internal view returns (bool) {
        IOrderBook.Status status = ghosts[orderId].status;
        return status == IOrderBook.Status.Completed || status == IOrderBook.Status.Cancelled || status == IOrderBook.Status.Expired;
    }

    function isDisputed(uint64 orderId) internal view returns (bool) {
        return ghosts[orderId].status == IOrderBook.Status.Disputed && ghosts[orderId].open == 0;
    }

    function isReported(uint64 orderId) internal view returns (bool) {
        return isStarted(ghosts[orderId].status) && ghosts[orderId].reported;
    }

    function isSettleable(uint64 orderId) internal view returns (bool) {
        return isReported(orderId) && ghosts[orderId].open == 0;
    }

    /// @dev Open, running or closing, and not reported.
    function isServing(uint64 orderId) internal view returns (bool) {
        Ghost storage ghost = ghosts[orderId];
        return !ghost.reported && (ghost.status == IOrderBook.Status.Open || isStarted(ghost.status));
    }

    function isCounting(uint64 orderId) internal view returns (bool) {
        return isStarted(ghosts[orderId].status) && !ghosts[orderId].reported;
    }

    function isExtendable(uint64 orderId) internal view returns (bool) {
        return isServing(orderId) && ghosts[orderId].status != IOrderBook.Status.Closing;
    }

    function isExpirable(uint64 orderId) internal view returns (bool) {
        return isServing(orderId) && ghosts[orderId].open == 0;
    }

    function isStarted(IOrderBook.Status status) internal pure returns (bool) {
        return status == IOrderBook.Status.Running || status == IOrderBook.Status.Closing;
    }

    function prepare() internal {
        deploy();
        for (uint256 i; i < 3; i++) {
            fund(token, customers[i], type(uint96).max);
            fund(stakeToken, operators[i], type(uint96).max);
            enroll(operators[i], NODE, 0);
            VM.prank(operators[i]);
            providers.stake(8 * STAKE_PER_LEASE);
            staked[operators[i]] = 8 * STAKE_PER_LEASE;
            stakeIn += 8 * STAKE_PER_LEASE;
            offerOf[operators[i]] = offer(operators[i], OfferBook.Kind.Compute, NODE, 0, CAPACITY);
        }
        modelOffer = offer(ASSET_OWNER, OfferBook.Kind.Model, NODE, modelPrice, 0);
    }
}
