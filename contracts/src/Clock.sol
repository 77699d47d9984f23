// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title The time of the block
library Clock {
    /// @notice Seconds since 1970. Several blocks may share one, and validators can shift it by seconds, while every delay here is minutes
    /// or more.
    function timeNow() internal view returns (uint64) {
        // forge-lint: disable-next-line(block-timestamp, unsafe-typecast)
        return uint64(block.timestamp);
    }
}
