// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title A token for development chains, with 18 decimals as USDT has on BNB chain
/// @notice Worth nothing: its owner mints at will.
contract TestUsdt is ERC20, Ownable {
    /// @param owner Who may mint.
    constructor(address owner) ERC20("Test USDT", "USDT") Ownable(owner) {}

    /// @notice Creates tokens.
    /// @param to Who gets them.
    /// @param amount How many, in units of 10^-18.
    function mint(address to, uint256 amount) external onlyOwner {
        _mint(to, amount);
    }
}
