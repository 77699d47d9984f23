// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {IOrderBook} from "../../src/IOrderBook.sol";
import {TestBase} from "./TestBase.sol";

/// @dev P-256 keys, as enclaves have them.
abstract contract Keys is TestBase {
    function sign(uint256 privateKey, bytes32 digest) internal pure returns (IOrderBook.KeySignature memory) {
        (uint256 x, uint256 y) = VM.publicKeyP256(privateKey);
        (bytes32 r, bytes32 s) = VM.signP256(privateKey, digest);
        if (uint256(s) > P256.N / 2) s = bytes32(P256.N - uint256(s));
        return IOrderBook.KeySignature({x: bytes32(x), y: bytes32(y), r: r, s: s});
    }

    function keyHashOf(uint256 privateKey) internal pure returns (bytes32) {
        (uint256 x, uint256 y) = VM.publicKeyP256(privateKey);
        return sha256(abi.encodePacked(x, y));
    }
}
