// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

/// @title The only holder of tokens
/// @notice Deposits are locked per order and become credits of accounts, which each account pulls for itself: an account that cannot
/// receive tokens holds up nobody else. There is no owner, no pause and no upgrade; only the OrderBook moves tokens from locked to credit.
contract EscrowVault is ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @notice The token, for good.
    IERC20 public immutable TOKEN;

    /// @notice Who deployed the vault, and may name the OrderBook once.
    address public immutable DEPLOYER;

    /// @notice The contract that locks and releases; set once.
    address public orderBook;

    /// @notice Tokens locked for an order.
    mapping(uint64 orderId => uint128 amount) public locked;

    /// @notice Tokens that an account may withdraw.
    mapping(address account => uint256 amount) public credit;

    /// @notice The sum of `locked` over all orders.
    uint256 public totalLocked;

    /// @notice The sum of `credit` over all accounts; the vault always holds at least totalLocked + totalCredit.
    uint256 public totalCredit;

    event OrderBookSet(address indexed orderBook);
    event Locked(uint64 indexed orderId, address indexed from, uint128 amount);
    event Credited(uint64 indexed orderId, address indexed account, uint128 amount);
    event Withdrawn(address indexed account, address indexed to, uint256 amount);

    error NotDeployer(address caller);
    error NotOrderBook(address caller);
    error OrderBookAlreadySet(address orderBook);
    error ZeroAddress();
    error AlreadyLocked(uint64 orderId);
    error ReceivedOtherAmount(uint256 received, uint256 expected);
    error NotLocked(uint64 orderId, uint128 locked, uint128 asked);
    error NothingToWithdraw(address account);

    modifier onlyOrderBook() {
        _onlyOrderBook();
        _;
    }

    /// @param token The token that orders are paid in.
    constructor(IERC20 token) {
        if (address(token) == address(0)) revert ZeroAddress();
        TOKEN = token;
        DEPLOYER = msg.sender;
    }

    /// @notice Names the OrderBook. Works once, for the deployer; afterwards nobody can change it.
    /// @param book The OrderBook.
    function setOrderBook(address book) external {
        if (msg.sender != DEPLOYER) revert NotDeployer(msg.sender);
        if (orderBook != address(0)) revert OrderBookAlreadySet(orderBook);
        if (book == address(0)) revert ZeroAddress();
        orderBook = book;
        emit OrderBookSet(book);
    }

    /// @notice Pulls an order's deposit; refuses a token that delivers another amount than asked (fees on transfer).
    /// @param orderId The order; each is locked for once.
    /// @param from Who pays, by allowance to this vault.
    /// @param amount The deposit.
    function lock(uint64 orderId, address from, uint128 amount) external onlyOrderBook nonReentrant {
        if (locked[orderId] != 0) revert AlreadyLocked(orderId);
        locked[orderId] = amount;
        totalLocked += amount;
        emit Locked(orderId, from, amount);

        uint256 before = TOKEN.balanceOf(address(this));
        // Only the OrderBook calls, and it passes its own caller as `from`: nobody else's allowance can be spent.
        TOKEN.safeTransferFrom(from, address(this), amount);
        uint256 received = TOKEN.balanceOf(address(this)) - before;
        if (received != amount) revert ReceivedOtherAmount(received, amount);
    }

    /// @notice Turns tokens locked for an order into credit of an account.
    /// @param orderId The order.
    /// @param to The account.
    /// @param amount At most what is locked.
    function release(uint64 orderId, address to, uint128 amount) external onlyOrderBook nonReentrant {
        uint128 held = locked[orderId];
        if (amount > held) revert NotLocked(orderId, held, amount);
        locked[orderId] = held - amount;
        totalLocked -= amount;
        credit[to] += amount;
        totalCredit += amount;
        emit Credited(orderId, to, amount);
    }

    /// @notice Sends the caller all its credit.
    function withdraw() external {
        withdrawTo(msg.sender);
    }

    /// @notice Sends all the caller's credit to an account of its choice, for a caller that the token refuses.
    /// @param to The receiver.
    function withdrawTo(address to) public nonReentrant {
        if (to == address(0)) revert ZeroAddress();
        uint256 amount = credit[msg.sender];
        if (amount == 0) revert NothingToWithdraw(msg.sender);
        credit[msg.sender] = 0;
        totalCredit -= amount;
        emit Withdrawn(msg.sender, to, amount);
        TOKEN.safeTransfer(to, amount);
    }

    function _onlyOrderBook() private view {
        if (msg.sender != orderBook) revert NotOrderBook(msg.sender);
    }
}
