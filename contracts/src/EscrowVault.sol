// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

/// @title The only holder of tokens
/// @notice Tokens are locked in purses of a few contracts, the movers, and become credits of accounts, which each account pulls for itself:
/// an account that cannot receive tokens holds up nobody else. There is no owner, no pause and no upgrade; a mover reaches only its own
/// purses, and no mover reaches a credit.
contract EscrowVault is ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    struct Purse {
        address token;
        uint128 amount;
    }

    /// @notice The most movers.
    uint256 public constant MAX_MOVERS = 8;

    /// @notice Who deployed the vault, and may name the movers once.
    address public immutable DEPLOYER;

    /// @notice Whether the movers are named, for good.
    bool public moversSet;

    /// @notice Whether a contract locks and releases.
    mapping(address account => bool) public isMover;

    /// @notice Tokens that an account may withdraw.
    mapping(address token => mapping(address account => uint256 amount)) public credit;

    /// @notice The sum of all purses in a token.
    mapping(address token => uint256 amount) public totalLocked;

    /// @notice The sum of all credits in a token; the vault always holds at least totalLocked + totalCredit.
    mapping(address token => uint256 amount) public totalCredit;

    mapping(address mover => mapping(bytes32 id => Purse)) private _purses;

    event MoversSet(address[] movers);
    event Locked(address indexed mover, bytes32 indexed purse, address token, address from, uint128 amount);
    event Released(address indexed mover, bytes32 indexed purse, address indexed to, address token, uint128 amount);
    event Moved(address indexed mover, bytes32 indexed fromPurse, bytes32 indexed toPurse, uint128 amount);
    event Withdrawn(address indexed token, address indexed account, address to, uint256 amount);

    error NotDeployer(address caller);
    error NotMover(address caller);
    error MoversAlreadySet();
    error MoversOutOfRange(uint256 given, uint256 max);
    error ZeroAddress();
    error OtherToken(address given, address expected);
    error ReceivedOtherAmount(uint256 received, uint256 expected);
    error NotLocked(bytes32 purse, uint128 locked, uint128 asked);
    error NothingToWithdraw(address token, address account);

    modifier onlyMover() {
        _onlyMover();
        _;
    }

    /// @notice The deployer must then name the movers.
    constructor() {
        DEPLOYER = msg.sender;
    }

    /// @notice Names the movers. Works once, for the deployer; afterwards nobody can change them.
    /// @param movers The contracts that lock and release, 1 to MAX_MOVERS.
    function setMovers(address[] calldata movers) external {
        if (msg.sender != DEPLOYER) revert NotDeployer(msg.sender);
        if (moversSet) revert MoversAlreadySet();
        if (movers.length == 0 || movers.length > MAX_MOVERS) revert MoversOutOfRange(movers.length, MAX_MOVERS);
        moversSet = true;
        for (uint256 i; i < movers.length; i++) {
            if (movers[i] == address(0)) revert ZeroAddress();
            isMover[movers[i]] = true;
        }
        emit MoversSet(movers);
    }

    /// @notice Pulls tokens into a purse of the caller; refuses a token that delivers another amount than asked (fees on transfer).
    /// @param purseId The purse, new or of the same token.
    /// @param token The token.
    /// @param from Who pays, by allowance to this vault.
    /// @param amount How much.
    function lock(bytes32 purseId, address token, address from, uint128 amount) external onlyMover nonReentrant {
        Purse storage own = _purses[msg.sender][purseId];
        if (own.token == address(0)) {
            if (token == address(0)) revert ZeroAddress();
            own.token = token;
        } else if (own.token != token) {
            revert OtherToken(token, own.token);
        }
        own.amount += amount;
        totalLocked[token] += amount;
        emit Locked(msg.sender, purseId, token, from, amount);

        uint256 before = IERC20(token).balanceOf(address(this));
        // Only movers call, and they pass their own caller, or who signed for it, as `from`: nobody else's allowance can be spent.
        IERC20(token).safeTransferFrom(from, address(this), amount);
        uint256 received = IERC20(token).balanceOf(address(this)) - before;
        if (received != amount) revert ReceivedOtherAmount(received, amount);
    }

    /// @notice Turns tokens of a purse of the caller into credit of an account.
    /// @param purseId The purse.
    /// @param to The account.
    /// @param amount At most what is in the purse.
    function release(bytes32 purseId, address to, uint128 amount) external onlyMover nonReentrant {
        address token = _take(purseId, amount).token;
        totalLocked[token] -= amount;
        credit[token][to] += amount;
        totalCredit[token] += amount;
        emit Released(msg.sender, purseId, to, token, amount);
    }

    /// @notice Moves tokens between purses of the caller.
    /// @param fromPurse The purse that gives.
    /// @param toPurse The purse that gets, new or of the same token.
    /// @param amount At most what is in `fromPurse`.
    function transfer(bytes32 fromPurse, bytes32 toPurse, uint128 amount) external onlyMover nonReentrant {
        address token = _take(fromPurse, amount).token;
        Purse storage target = _purses[msg.sender][toPurse];
        if (target.token == address(0)) target.token = token;
        else if (target.token != token) revert OtherToken(token, target.token);
        target.amount += amount;
        emit Moved(msg.sender, fromPurse, toPurse, amount);
    }

    /// @notice Sends the caller all its credit in a token.
    /// @param token The token.
    function withdraw(address token) external {
        withdrawTo(token, msg.sender);
    }

    /// @notice What is in a purse; one that never was has token 0.
    /// @param mover Whose purse.
    /// @param id Which of them.
    function purse(address mover, bytes32 id) external view returns (address token, uint128 amount) {
        Purse storage known = _purses[mover][id];
        return (known.token, known.amount);
    }

    /// @notice Sends all the caller's credit in a token to an account of its choice, for a caller that the token refuses.
    /// @param token The token.
    /// @param to The receiver.
    function withdrawTo(address token, address to) public nonReentrant {
        if (to == address(0)) revert ZeroAddress();
        uint256 amount = credit[token][msg.sender];
        if (amount == 0) revert NothingToWithdraw(token, msg.sender);
        credit[token][msg.sender] = 0;
        totalCredit[token] -= amount;
        emit Withdrawn(token, msg.sender, to, amount);
        IERC20(token).safeTransfer(to, amount);
    }

    function _take(bytes32 purseId, uint128 amount) private returns (Purse storage own) {
        own = _purses[msg.sender][purseId];
        uint128 held = own.amount;
        if (amount > held) revert NotLocked(purseId, held, amount);
        own.amount = held - amount;
    }

    function _onlyMover() private view {
        if (!isMover[msg.sender]) revert NotMover(msg.sender);
    }
}
