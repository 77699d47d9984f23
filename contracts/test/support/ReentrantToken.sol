// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @dev A token that calls somewhere in the middle of a transfer, and remembers whether that call got through.
contract ReentrantToken is ERC20("Reentrant", "REE") {
    address public target;
    bytes public attack;
    uint256 public attempts;
    uint256 public successes;

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function arm(address target_, bytes calldata attack_) external {
        target = target_;
        attack = attack_;
    }

    function withdrawFrom(address vault, bytes calldata call) external {
        (bool success,) = vault.call(call);
        require(success, "withdraw failed");
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (target == address(0)) return;
        attempts++;
        // The test asserts on the count of successes.
        // forge-lint: disable-next-line(unchecked-call)
        (bool success,) = target.call(attack);
        if (success) successes++;
    }
}
