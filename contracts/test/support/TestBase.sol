// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IVm} from "./IVm.sol";

/// @dev What a test needs, without a library: forge runs functions whose names begin with test or invariant.
abstract contract TestBase {
    IVm internal constant VM = IVm(address(uint160(uint256(keccak256("hevm cheat code")))));

    error NotEqual(uint256 actual, uint256 expected);
    error NotEqualBytes32(bytes32 actual, bytes32 expected);
    error NotEqualAddress(address actual, address expected);
    error NotTrue(string what);

    function assertEq(uint256 actual, uint256 expected) internal pure {
        if (actual != expected) revert NotEqual(actual, expected);
    }

    function assertEq(bytes32 actual, bytes32 expected) internal pure {
        if (actual != expected) revert NotEqualBytes32(actual, expected);
    }

    function assertEq(address actual, address expected) internal pure {
        if (actual != expected) revert NotEqualAddress(actual, expected);
    }

    function assertTrue(bool condition, string memory what) internal pure {
        if (!condition) revert NotTrue(what);
    }

    function bound(uint256 value, uint256 low, uint256 high) internal pure returns (uint256) {
        return low + value % (high - low + 1);
    }
}
