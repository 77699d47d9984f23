// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {Clock} from "./Clock.sol";
import {Guarded} from "./Guarded.sol";

/// @title The tokens that orders may be paid in
/// @notice A token is admitted after a delay, in which everyone can look at it, and shut out at once. Both concern new orders only.
contract TokenRegistry is Guarded {
    struct Token {
        uint8 decimals;
        uint128 minDeposit;
        uint64 activeFrom;
        bool disabled;
    }

    /// @notice Seconds from a proposal until the token is accepted. 0 is for development chains; in production 48 hours or more.
    uint64 public immutable ADD_DELAY;

    mapping(address token => Token) private _tokens;

    event TokenProposed(address indexed token, uint8 decimals, uint128 minDeposit, uint64 activeFrom);
    event TokenDisabled(address indexed token);

    error ZeroAddress();
    error UnknownToken(address token);
    error TokenNotAccepted(address token);

    /// @param owner_ Who proposes.
    /// @param guardian_ Who may disable, besides the owner.
    /// @param addDelay Seconds from a proposal until the token is accepted; 0 only on development chains.
    constructor(address owner_, address guardian_, uint64 addDelay) Guarded(owner_, guardian_) {
        ADD_DELAY = addDelay;
    }

    /// @notice Proposes a token, or again one that is known: to change its smallest deposit, or to admit it again. Until the delay is over it
    /// takes no new orders.
    /// @param token The token; its decimals are read now.
    /// @param minDeposit The smallest deposit of an order, in units of the token's last decimal.
    function propose(address token, uint128 minDeposit) external onlyOwner {
        if (token == address(0)) revert ZeroAddress();
        uint8 decimals = IERC20Metadata(token).decimals();
        uint64 activeFrom = Clock.timeNow() + ADD_DELAY;
        _tokens[token] = Token({decimals: decimals, minDeposit: minDeposit, activeFrom: activeFrom, disabled: false});
        emit TokenProposed(token, decimals, minDeposit, activeFrom);
    }

    /// @notice Takes no new orders in a token, at once. Orders that exist go on.
    /// @param token A token that was proposed.
    function disable(address token) external onlyGuardian {
        if (_tokens[token].activeFrom == 0) revert UnknownToken(token);
        _tokens[token].disabled = true;
        emit TokenDisabled(token);
    }

    /// @notice The smallest deposit in a token; reverts if new orders cannot be paid in it.
    /// @param token The token.
    function minDepositOf(address token) external view returns (uint128) {
        if (!isAccepted(token)) revert TokenNotAccepted(token);
        return _tokens[token].minDeposit;
    }

    /// @notice What is known of a token; one that was never proposed has activeFrom 0.
    /// @param token The token.
    function tokenOf(address token) external view returns (Token memory) {
        return _tokens[token];
    }

    /// @notice Whether new orders may be paid in a token now.
    /// @param token The token.
    function isAccepted(address token) public view returns (bool) {
        Token storage known = _tokens[token];
        return known.activeFrom != 0 && !known.disabled && Clock.timeNow() >= known.activeFrom;
    }
}
