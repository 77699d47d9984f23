// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IOrderBook} from "./IOrderBook.sol";

/// @title The arithmetic of orders
/// @dev Always units × unitPrice + drawn <= deposit. So every product of a price and units below fits a uint128.
library OrderMath {
    /// @notice The order's total, after its head's lease has served `units`: no more than the deposit that is left pays for, than the order
    /// may do in its time, and than a uint128 holds.
    function total(IOrderBook.Order storage order, uint128 fromUnits, uint128 units, uint64 timeNow) internal view returns (uint128) {
        uint256 sum = uint256(fromUnits) + units;
        uint256 most = type(uint128).max;
        uint128 unitPrice = order.unitPrice;
        if (unitPrice != 0) most = (order.deposit - order.drawn) / unitPrice;
        uint256 rate = order.unitsPerSecondMax;
        if (rate != 0) most = _min(most, rate * (timeNow - order.startedAt));
        // The cast keeps the value: `most` is at most a uint128.
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint128(_min(sum, most));
    }

    /// @notice What of the deposit neither sub-orders nor counted units have taken.
    function freeSlice(IOrderBook.Order storage order) internal view returns (uint256) {
        return uint256(order.deposit) - order.drawn - uint256(order.units) * order.unitPrice;
    }

    /// @notice The price of a unit for one slot: equal shares, and the remainder to slot 0.
    function slotPrice(IOrderBook.Order storage order, uint8 slot) internal view returns (uint128) {
        uint128 share = order.computePrice / order.slots;
        return slot == 0 ? order.computePrice - share * (order.slots - 1) : share;
    }

    /// @notice What a lease has earned since it began.
    function earned(IOrderBook.Order storage order, IOrderBook.Lease storage lease, uint8 slot) internal view returns (uint256) {
        return uint256(slotPrice(order, slot)) * (order.units - lease.fromUnits);
    }

    function _min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
