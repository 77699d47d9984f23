// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EscrowVault} from "../src/EscrowVault.sol";
import {IOrderBook} from "../src/IOrderBook.sol";
import {IOrderCallback} from "../src/IOrderCallback.sol";

/// @title A contract that orders one inference after another, with no person in between
/// @notice It holds the money for all steps. Each order names this contract as its callback; when one completes, the callback opens the next,
/// whose externalId is the hash of the report of the one before: the chain of reports shows what followed from what.
contract ChainedInference is IOrderCallback {
    using SafeERC20 for IERC20;

    /// @notice Where it orders.
    IOrderBook public immutable BOOK;

    /// @notice Where its refunds are.
    EscrowVault public immutable VAULT;

    /// @notice What it pays with.
    IERC20 public immutable TOKEN;

    /// @notice Who starts it, and gets what is left.
    address public immutable OWNER;

    /// @notice How long each order may take, in seconds.
    uint64 public constant STEP_TIME = 1 days;

    /// @notice What each step asks for; externalId, manifestHash, endsAt and callback are filled in.
    IOrderBook.Request public template;

    /// @notice What each step runs.
    bytes32[] public manifests;

    /// @notice How many steps were ordered.
    uint256 public ordered;

    /// @notice The order that is awaited; 0: none.
    uint64 public current;

    event StepOrdered(uint256 indexed step, uint64 indexed orderId);
    event Ended(uint256 steps, uint8 lastStatus);

    error NotOwner(address caller);
    error NotOurOrder(address caller, uint64 orderId);
    error AlreadyStarted();

    /// @param book Where it orders.
    /// @param vault The book's vault.
    /// @param template_ What each step asks for.
    /// @param manifests_ What each step runs.
    constructor(IOrderBook book, EscrowVault vault, IOrderBook.Request memory template_, bytes32[] memory manifests_) {
        BOOK = book;
        VAULT = vault;
        TOKEN = IERC20(template_.token);
        OWNER = msg.sender;
        template = template_;
        manifests = manifests_;
        // It trusts the vault with all that it has, as every customer does with its deposit.
        TOKEN.forceApprove(address(vault), type(uint256).max);
    }

    /// @notice Orders the first step. The deposits of all steps must be here.
    function start() external {
        if (msg.sender != OWNER) revert NotOwner(msg.sender);
        if (ordered != 0) revert AlreadyStarted();
        _order(0);
    }

    /// @inheritdoc IOrderCallback
    function onOrderEnded(uint64 orderId, uint8 status, bytes32 reportHash, uint128, uint128) external {
        if (msg.sender != address(BOOK) || orderId != current) revert NotOurOrder(msg.sender, orderId);
        current = 0;
        if (status == uint8(IOrderBook.Status.Completed) && ordered < manifests.length) _order(reportHash);
        else emit Ended(ordered, status);
    }

    /// @notice Sends the owner what is left here, and what orders gave back.
    function collect() external {
        if (msg.sender != OWNER) revert NotOwner(msg.sender);
        if (VAULT.credit(address(TOKEN), address(this)) != 0) VAULT.withdraw(address(TOKEN));
        TOKEN.safeTransfer(OWNER, TOKEN.balanceOf(address(this)));
    }

    function _order(bytes32 externalId) private {
        uint256 step = ordered++;
        IOrderBook.Request memory request = template;
        request.externalId = externalId;
        request.manifestHash = manifests[step];
        // forge-lint: disable-next-line(block-timestamp, unsafe-typecast)
        request.endsAt = uint64(block.timestamp) + STEP_TIME;
        request.callback = address(this);
        current = BOOK.placeOrder(request, new IOrderBook.AssetUse[](0));
        emit StepOrdered(step, current);
    }
}
