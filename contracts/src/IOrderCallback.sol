// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title What an order calls when it is over
interface IOrderCallback {
    /// @notice The order is in a terminal state and everybody is credited. What this does, or that it fails, changes nothing of that. Check
    /// that the caller is the OrderBook that you know, and that the order is one of yours: anyone may name any contract as a callback.
    /// @param orderId The order.
    /// @param status The terminal state, as the number of IOrderBook.Status.
    /// @param reportHash The hash of the integrity report; 0 if there is none.
    /// @param paid What providers and owners of assets got.
    /// @param refunded What the customer, or the parent order, got back.
    function onOrderEnded(uint64 orderId, uint8 status, bytes32 reportHash, uint128 paid, uint128 refunded) external;
}
