// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";

/// @title An owner that decides slowly, and a guardian that stops quickly
/// @notice The owner is meant to be a TimelockController. The guardian may only stop things; what exactly, each contract says.
abstract contract Guarded is Ownable2Step {
    /// @notice Who may stop things, besides the owner; zero: the owner alone.
    address public guardian;

    event GuardianSet(address indexed guardian);

    error NotGuardian(address caller);

    modifier onlyGuardian() {
        _onlyGuardian();
        _;
    }

    /// @param owner_ The owner.
    /// @param guardian_ The guardian, or zero for none.
    constructor(address owner_, address guardian_) Ownable(owner_) {
        guardian = guardian_;
        emit GuardianSet(guardian_);
    }

    /// @notice Names the guardian.
    /// @param guardian_ The new guardian, or zero for none.
    function setGuardian(address guardian_) external onlyOwner {
        guardian = guardian_;
        emit GuardianSet(guardian_);
    }

    function _onlyGuardian() private view {
        if (msg.sender != guardian && msg.sender != owner()) revert NotGuardian(msg.sender);
    }
}
