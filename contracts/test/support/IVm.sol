// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @dev The cheat codes of forge that these tests use.
interface IVm {
    function prank(address sender) external;
    function warp(uint256 time) external;
    function expectRevert(bytes calldata data) external;
    function expectRevert(bytes4 selector) external;
    function expectEmit(address emitter) external;
    function signP256(uint256 privateKey, bytes32 digest) external pure returns (bytes32 r, bytes32 s);
    function publicKeyP256(uint256 privateKey) external pure returns (uint256 x, uint256 y);
}
