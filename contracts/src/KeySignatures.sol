// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {IOrderBook} from "./IOrderBook.sol";

/// @title Signatures of keys that live in enclaves: ECDSA on P-256 over SHA-256 digests
library KeySignatures {
    /// @notice Reverts unless the key signed the digest. Whose key it is, the caller must ask.
    function check(IOrderBook.KeySignature calldata key, bytes32 digest) internal view {
        if (!P256.verify(digest, key.r, key.s, key.x, key.y)) revert IOrderBook.BadSignature();
    }

    /// @notice Reverts unless the key is the expected one.
    function checkKey(IOrderBook.KeySignature calldata key, bytes32 expected) internal pure {
        bytes32 given = keyHash(key.x, key.y);
        if (given != expected) revert IOrderBook.WrongKey(given, expected);
    }

    /// @notice SHA-256 of x‖y.
    function keyHash(bytes32 x, bytes32 y) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(x, y));
    }
}
