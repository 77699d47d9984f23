// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title A source of events in bulk, to measure how fast they are read
/// @notice Emits what an OrderBook would emit, and is none: for development chains.
contract EventFlood {
    event UsageCheckpoint(uint64 indexed orderId, uint32 epoch, uint128 units, uint128 total, uint32 n);

    /// @notice Emits events with the numbers from `first` on.
    /// @param orderId The order that they name.
    /// @param first The first number.
    /// @param count How many.
    function flood(uint64 orderId, uint32 first, uint32 count) external {
        for (uint32 n = first; n < first + count; n++) {
            emit UsageCheckpoint(orderId, 1, n, n, n);
        }
    }
}
