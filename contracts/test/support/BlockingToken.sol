// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @dev A token that refuses to pay one account, as stable coins do with accounts on their lists.
contract BlockingToken is ERC20("Blocking", "BLK") {
    address public blocked;

    error Blocked(address account);

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function refuse(address account) external {
        blocked = account;
    }

    function _update(address from, address to, uint256 value) internal override {
        if (to == blocked) revert Blocked(to);
        super._update(from, to, value);
    }
}
