// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IOrderBook} from "../../src/IOrderBook.sol";
import {IOrderCallback} from "../../src/IOrderCallback.sol";

/// @dev A callback that does what a bad one would, and tells what came of it.
contract Callbacks is IOrderCallback {
    enum Behaviour {
        Record,
        Revert,
        BurnGas,
        ReturnBomb,
        Reenter
    }

    IOrderBook private immutable BOOK;
    Behaviour public behaviour;
    bytes[] public attacks;

    uint256 public calls;
    uint256 public successes;
    uint64 public orderId;
    uint8 public status;
    bytes32 public reportHash;
    uint128 public paid;
    uint128 public refunded;
    uint256 public gasGiven;

    error Refused();

    constructor(IOrderBook book) {
        BOOK = book;
    }

    function behave(Behaviour behaviour_) external {
        behaviour = behaviour_;
    }

    function arm(bytes calldata attack) external {
        behaviour = Behaviour.Reenter;
        attacks.push(attack);
    }

    function onOrderEnded(uint64 orderId_, uint8 status_, bytes32 reportHash_, uint128 paid_, uint128 refunded_) external {
        uint256 given = gasleft();
        if (behaviour == Behaviour.Revert) revert Refused();
        if (behaviour == Behaviour.BurnGas) {
            while (true) calls++;
        }
        if (behaviour == Behaviour.ReturnBomb) {
            assembly ("memory-safe") {
                return(0, 300000)
            }
        }
        calls++;
        (orderId, status, reportHash, paid, refunded, gasGiven) = (orderId_, status_, reportHash_, paid_, refunded_, given);
        for (uint256 i; i < attacks.length; i++) {
            // The test asserts on the count of successes.
            // forge-lint: disable-next-line(unchecked-call)
            (bool success,) = address(BOOK).call(attacks[i]);
            if (success) successes++;
        }
    }
}
